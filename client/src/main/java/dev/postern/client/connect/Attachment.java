package dev.postern.client.connect;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.postern.client.connect.AttachMessages.Incoming;
import dev.postern.client.connect.AttachMessages.Outgoing;
import dev.postern.proto.stream.DataField;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.EndSession;
import dev.postern.proto.v1.Notice;
import dev.postern.proto.v1.Proof;
import dev.postern.proto.v1.Renew;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Attach} call: one connection of a session.
 *
 * <p>It is used in one of two ways. By threads that block: one may {@link #send} while another
 * {@link #receive}s. Or by a {@link Flow}, which is called on the channel's event loop and never
 * waits. Bounded both ways: towards the gateway a sender waits, or should, while the transport does
 * not take more; from it, at most {@link #MESSAGES_AHEAD} messages are on their way, and the next
 * is asked for when one has been taken. Notices and the end are told on the executor given.
 */
final class Attachment {
  /** What is told as it comes, ahead of data not yet taken. */
  interface Listener {
    void notice(Notice notice);

    /**
     * An admitted call is over; told at most once, and not if it ended while it was being admitted.
     */
    void ended(Attachment which, Refusal how);
  }

  /** Takes what comes on the channel's event loop, as it comes. */
  interface Flow {
    /** Bytes from the target side, to be closed; to be followed by {@link Attachment#taken}. */
    void data(DataField.Received bytes);

    /** The transport takes more. */
    void ready();

    /** The call is over; nothing else follows. On any thread. */
    void end();
  }

  /** Makes the proof for a challenge. */
  interface Prover {
    /**
     * Signs a proof.
     *
     * @param challenge as the gateway sent it
     * @param call the call it came by, whose server certificate goes into the proof
     */
    String prove(Challenge challenge, ClientCall<?, ?> call) throws Refused;
  }

  private static final int MESSAGES_AHEAD = 8;

  /** What waits to be taken: a message, or the end of the call. */
  private sealed interface Event {
    record Message(AttachResponse message) implements Event {}

    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Data(byte[] bytes) implements Event {}

    record End(Refusal how) implements Event {}
  }

  private final ClientCall<Outgoing, Incoming> call;
  private final Listener listener;
  private final Executor tellers;
  private final LongSupplier nanoTicker;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final ReentrantLock sending = new ReentrantLock();
  private final Condition writable = sending.newCondition();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Refusal howItEnded = new Refusal(Status.Code.OK, "", "", "");
  private volatile boolean told; // whether it was admitted, and its end is news to the listener
  private boolean over; // guarded by sending
  private boolean halfClosed; // guarded by sending
  private long lastSentNanos; // guarded by sending
  private Admitted admitted = Admitted.getDefaultInstance();

  private final Object handover = new Object();
  private @Nullable Flow flow; // guarded by handover

  private Attachment(
      ClientCall<Outgoing, Incoming> call,
      Listener listener,
      Executor tellers,
      LongSupplier nanoTicker) {
    this.call = call;
    this.listener = listener;
    this.tellers = tellers;
    this.nanoTicker = nanoTicker;
    this.lastSentNanos = nanoTicker.getAsLong();
  }

  /**
   * Starts a connection and waits until it is admitted.
   *
   * @param tellers runs what the listener is told, in order and not on the event loop
   * @throws Refused if it is denied, or there is no answer within {@code patience}
   */
  static Attachment open(
      Channel channel,
      AttachStart start,
      Prover prover,
      Listener listener,
      Executor tellers,
      Duration patience,
      LongSupplier nanoTicker)
      throws Refused, InterruptedException {
    ClientCall<Outgoing, Incoming> call =
        channel.newCall(AttachMessages.ATTACH, CallOptions.DEFAULT);
    var attachment = new Attachment(call, listener, tellers, nanoTicker);
    long deadline = nanoTicker.getAsLong() + patience.toNanos();
    call.start(attachment.new Callbacks(), new Metadata());
    call.request(MESSAGES_AHEAD);
    boolean done = false;
    try {
      call.sendMessage(new Outgoing.Message(AttachRequest.newBuilder().setStart(start).build()));
      Challenge challenge =
          attachment.answer(deadline, AttachResponse::hasChallenge).getChallenge();
      String proof = prover.prove(challenge, call);
      attachment.sendNow(
          new Outgoing.Message(
              AttachRequest.newBuilder().setProof(Proof.newBuilder().setJws(proof)).build()));
      attachment.admitted = attachment.answer(deadline, AttachResponse::hasAdmitted).getAdmitted();
      attachment.told = true;
      done = true;
      return attachment;
    } finally {
      if (!done) {
        call.cancel("not admitted", null);
      }
    }
  }

  Admitted admitted() {
    return admitted;
  }

  /**
   * Sends bytes towards the target; blocks while the gateway does not take them.
   *
   * @return false if the call is over, and nothing was sent
   */
  boolean send(byte[] data) throws InterruptedException {
    sending.lock();
    try {
      while (!over && !call.isReady()) {
        writable.await();
      }
      return transmit(new Outgoing.Data(DataField.content(data)));
    } finally {
      sending.unlock();
    }
  }

  /** From now on what comes is given to {@code next}; on the event loop, once. */
  void flowTo(Flow next) {
    synchronized (handover) {
      flow = next;
      for (Event event = events.poll(); event != null; event = events.poll()) {
        switch (event) {
          case Event.Data(byte[] bytes) -> next.data(DataField.received(bytes));
          case Event.Message message -> taken();
          case Event.End end -> next.end();
        }
      }
    }
  }

  /**
   * Sends bytes without waiting; a {@link Flow} should not while not {@link #isReady}.
   *
   * @return false if the call is over, and nothing was sent
   */
  boolean offer(DataField.Content data) {
    return sendNow(new Outgoing.Data(data));
  }

  /** Whether the transport takes more. */
  boolean isReady() {
    return call.isReady();
  }

  /** What a {@link Flow} was given last has been dealt with: another message may come. */
  void taken() {
    call.request(1);
  }

  /** Sends a renewal; false if the call is over. */
  boolean renew(Renew renew) {
    return sendNow(new Outgoing.Message(AttachRequest.newBuilder().setRenew(renew).build()));
  }

  /** Asks the gateway to end the session, with all its connections; false if the call is over. */
  boolean endSession() {
    return sendNow(
        new Outgoing.Message(
            AttachRequest.newBuilder().setEnd(EndSession.getDefaultInstance()).build()));
  }

  /** Sends empty data if nothing has gone out for {@code quiet}. */
  void keepAlive(Duration quiet) {
    sending.lock();
    try {
      if (nanoTicker.getAsLong() - lastSentNanos >= quiet.toNanos() && !over && call.isReady()) {
        transmit(new Outgoing.Data(DataField.content(new byte[0])));
      }
    } finally {
      sending.unlock();
    }
  }

  /** Ends the direction towards the target; the other goes on. */
  void halfClose() {
    sending.lock();
    try {
      if (!over && !halfClosed) {
        halfClosed = true;
        call.halfClose();
      }
    } finally {
      sending.unlock();
    }
  }

  /** Whether the call has ended. */
  boolean isOver() {
    return ended.getCount() == 0;
  }

  /** Why the call ended; a regular end as long as it has not. */
  Refusal howItEnded() {
    return howItEnded;
  }

  /** Waits for the call to end; false if it has not within {@code patience}. */
  boolean awaitEnd(Duration patience) {
    try {
      return ended.await(patience.toNanos(), NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends the call at once, both directions. */
  void cancel(String why) {
    sending.lock();
    try {
      over = true; // gRPC takes nothing after a cancel, not even a half-close
      writable.signalAll();
    } finally {
      sending.unlock();
    }
    call.cancel(why, null);
  }

  /**
   * The next bytes from the target side; blocks. Empty once the call has ended, see {@link
   * Listener#ended}.
   */
  Optional<byte[]> receive() throws InterruptedException {
    while (true) {
      switch (events.take()) {
        case Event.End end -> {
          events.add(end);
          return Optional.empty();
        }
        case Event.Data(byte[] bytes) -> {
          call.request(1);
          return Optional.of(bytes);
        }
        case Event.Message message -> call.request(1);
      }
    }
  }

  /** Waits for an answer of one kind, until the ticker passes {@code deadlineNanos}. */
  private AttachResponse answer(long deadlineNanos, Predicate<AttachResponse> wanted)
      throws Refused, InterruptedException {
    Event event = events.poll(Math.max(0, deadlineNanos - nanoTicker.getAsLong()), NANOSECONDS);
    return switch (event) {
      case null ->
          throw new Refused(
              new Refusal(Status.Code.DEADLINE_EXCEEDED, "", "", "the gateway does not answer"));
      case Event.End(Refusal how) -> throw new Refused(how.isRegularEnd() ? unexpected() : how);
      case Event.Message(AttachResponse message) -> {
        call.request(1);
        if (!wanted.test(message)) {
          throw new Refused(unexpected());
        }
        yield message;
      }
      case Event.Data data -> throw new Refused(unexpected());
    };
  }

  private static Refusal unexpected() {
    return new Refusal(
        Status.Code.INTERNAL, "", "", "the gateway's answer is not one that belongs here");
  }

  private boolean sendNow(Outgoing request) {
    sending.lock();
    try {
      return transmit(request);
    } finally {
      sending.unlock();
    }
  }

  private boolean transmit(Outgoing request) {
    if (over || halfClosed) {
      return false;
    }
    call.sendMessage(request);
    lastSentNanos = nanoTicker.getAsLong();
    return true;
  }

  private final class Callbacks extends ClientCall.Listener<Incoming> {
    @Override
    public void onMessage(Incoming message) {
      switch (message) {
        case Incoming.Data(var bytes) when bytes.length() == 0 -> {
          bytes.close();
          call.request(1);
        }
        case Incoming.Data(var bytes) -> data(bytes);
        case Incoming.Message(AttachResponse response) when response.hasNotice() -> {
          call.request(1);
          tellers.execute(() -> listener.notice(response.getNotice()));
        }
        case Incoming.Message(AttachResponse response) -> {
          synchronized (handover) {
            events.add(new Event.Message(response));
          }
        }
      }
    }

    private void data(DataField.Received bytes) {
      Flow to;
      synchronized (handover) {
        to = flow;
        if (to == null) {
          events.add(new Event.Data(bytes.copy()));
        }
      }
      if (to == null) {
        bytes.close();
      } else {
        to.data(bytes);
      }
    }

    @Override
    public void onReady() {
      signal(false);
      Flow to;
      synchronized (handover) {
        to = flow;
      }
      if (to != null) {
        to.ready();
      }
    }

    @Override
    public void onClose(Status status, @Nullable Metadata trailers) {
      Refusal how = Refusal.of(status, trailers == null ? new Metadata() : trailers);
      signal(true);
      howItEnded = how;
      Flow to;
      synchronized (handover) {
        to = flow;
        events.add(new Event.End(how));
      }
      ended.countDown();
      if (to != null) {
        to.end();
      }
      if (told) {
        tellers.execute(() -> listener.ended(Attachment.this, how));
      }
    }

    private void signal(boolean closed) {
      sending.lock();
      try {
        over |= closed;
        writable.signalAll();
      } finally {
        sending.unlock();
      }
    }
  }
}
