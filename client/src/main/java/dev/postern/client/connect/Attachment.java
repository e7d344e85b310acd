package dev.postern.client.connect;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.protobuf.ByteString;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.DebugGatewayGrpc;
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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Attach} call: one connection of a session.
 *
 * <p>Bounded both ways. Towards the gateway, {@link #send} blocks while the transport does not take
 * more; from it, at most {@link #MESSAGES_AHEAD} messages wait here, and the next is asked for when
 * one is taken. One thread may send while another receives; notices and the end are told on threads
 * of the channel.
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

  private static final int MESSAGES_AHEAD = 4;

  /** What waits to be taken: a message, or the end of the call. */
  private sealed interface Event {
    record Message(AttachResponse message) implements Event {}

    record End(Refusal how) implements Event {}
  }

  private final ClientCall<AttachRequest, AttachResponse> call;
  private final Listener listener;
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

  private Attachment(
      ClientCall<AttachRequest, AttachResponse> call, Listener listener, LongSupplier nanoTicker) {
    this.call = call;
    this.listener = listener;
    this.nanoTicker = nanoTicker;
    this.lastSentNanos = nanoTicker.getAsLong();
  }

  /**
   * Starts a connection and waits until it is admitted.
   *
   * @throws Refused if it is denied, or there is no answer within {@code patience}
   */
  static Attachment open(
      Channel channel,
      AttachStart start,
      Prover prover,
      Listener listener,
      Duration patience,
      LongSupplier nanoTicker)
      throws Refused, InterruptedException {
    ClientCall<AttachRequest, AttachResponse> call =
        channel.newCall(DebugGatewayGrpc.getAttachMethod(), CallOptions.DEFAULT);
    var attachment = new Attachment(call, listener, nanoTicker);
    long deadline = nanoTicker.getAsLong() + patience.toNanos();
    call.start(attachment.new Incoming(), new Metadata());
    call.request(MESSAGES_AHEAD);
    boolean done = false;
    try {
      call.sendMessage(AttachRequest.newBuilder().setStart(start).build());
      Challenge challenge =
          attachment.answer(deadline, AttachResponse::hasChallenge).getChallenge();
      String proof = prover.prove(challenge, call);
      attachment.sendNow(
          AttachRequest.newBuilder().setProof(Proof.newBuilder().setJws(proof)).build());
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
  boolean send(ByteString data) throws InterruptedException {
    sending.lock();
    try {
      while (!over && !call.isReady()) {
        writable.await();
      }
      return transmit(AttachRequest.newBuilder().setData(data).build());
    } finally {
      sending.unlock();
    }
  }

  /** Sends a renewal; false if the call is over. */
  boolean renew(Renew renew) {
    return sendNow(AttachRequest.newBuilder().setRenew(renew).build());
  }

  /** Sends empty data if nothing has gone out for {@code quiet}. */
  void keepAlive(Duration quiet) {
    sending.lock();
    try {
      if (nanoTicker.getAsLong() - lastSentNanos >= quiet.toNanos() && !over && call.isReady()) {
        transmit(AttachRequest.newBuilder().setData(ByteString.EMPTY).build());
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
    call.cancel(why, null);
  }

  /**
   * The next bytes from the target side; blocks. Empty once the call has ended, see {@link
   * Listener#ended}.
   */
  Optional<ByteString> receive() throws InterruptedException {
    while (true) {
      switch (events.take()) {
        case Event.End end -> {
          events.add(end);
          return Optional.empty();
        }
        case Event.Message(AttachResponse message) -> {
          call.request(1);
          if (message.hasData()) {
            return Optional.of(message.getData());
          }
        }
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
    };
  }

  private static Refusal unexpected() {
    return new Refusal(
        Status.Code.INTERNAL, "", "", "the gateway's answer is not one that belongs here");
  }

  private boolean sendNow(AttachRequest request) {
    sending.lock();
    try {
      return transmit(request);
    } finally {
      sending.unlock();
    }
  }

  private boolean transmit(AttachRequest request) {
    if (over || halfClosed) {
      return false;
    }
    call.sendMessage(request);
    lastSentNanos = nanoTicker.getAsLong();
    return true;
  }

  private final class Incoming extends ClientCall.Listener<AttachResponse> {
    @Override
    public void onMessage(AttachResponse message) {
      if (message.hasNotice()) {
        call.request(1);
        listener.notice(message.getNotice());
      } else if (message.hasData() && message.getData().isEmpty()) {
        call.request(1);
      } else {
        events.add(new Event.Message(message));
      }
    }

    @Override
    public void onReady() {
      signal(false);
    }

    @Override
    public void onClose(Status status, @Nullable Metadata trailers) {
      Refusal how = Refusal.of(status, trailers == null ? new Metadata() : trailers);
      signal(true);
      howItEnded = how;
      events.add(new Event.End(how));
      ended.countDown();
      if (told) {
        listener.ended(Attachment.this, how);
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
