package dev.postern.gateway.server;

import dev.postern.gateway.server.AttachMessages.Incoming;
import dev.postern.gateway.server.AttachMessages.Outgoing;
import dev.postern.gateway.stream.LentBytes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One Attach stream as blocking code sees it.
 *
 * <p>gRPC's callbacks come on the connection's event loop and only queue and signal. Messages are
 * asked for one at a time from there, as long as less than {@link #MAX_QUEUED_BYTES} wait; beyond
 * that the client's HTTP/2 window fills and the client stops, which is the back pressure. Sending
 * blocks while the client does not read, for at most {@link #MAX_BLOCKED_SEND}.
 *
 * <p>INVARIANT: {@code call} is used under {@code sending} only, except for {@code request}, which
 * gRPC lets any thread do.
 */
final class CallChannel extends ServerCall.Listener<Incoming> {
  /** Received bytes that wait for the session's thread before the client is held back. */
  static final int MAX_QUEUED_BYTES = 256 * 1024;

  /** Sent bytes that gRPC may hold before a sender waits. */
  static final int MAX_UNSENT_BYTES = 256 * 1024;

  /** How long a client may refuse to read before it counts as gone. */
  static final Duration MAX_BLOCKED_SEND = Duration.ofSeconds(30);

  /** How long the end of a stream waits for a client that is behind with reading. */
  static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /** What one received message costs beside its bytes, so that empty ones are bounded too. */
  private static final int MESSAGE_OVERHEAD_BYTES = 64;

  /** Messages of a flow that may be on their way to the target side. */
  private static final int FLOW_AHEAD = 8;

  private final ServerCall<Incoming, Outgoing> call;
  private final EventLoop loop;
  private final long maxBlockedNanos;
  private volatile @Nullable Flow flow;
  private @Nullable ScheduledFuture<?> unread; // used on the loop only

  private final ReentrantLock receiving = new ReentrantLock();
  private final Condition received = receiving.newCondition();
  private final ArrayDeque<Incoming> queue = new ArrayDeque<>();
  private int queuedBytes;
  private boolean paused;
  private boolean halfClosed;

  private final ReentrantLock sending = new ReentrantLock();
  private final Condition writable = sending.newCondition();
  private boolean closed;
  private volatile boolean gone;
  private volatile boolean unreadForTooLong;
  private volatile @Nullable Runnable onGone;

  CallChannel(ServerCall<Incoming, Outgoing> call, EventLoop loop) {
    this(call, loop, MAX_BLOCKED_SEND);
  }

  CallChannel(ServerCall<Incoming, Outgoing> call, EventLoop loop, Duration maxBlockedSend) {
    this.call = call;
    this.loop = loop;
    this.maxBlockedNanos = maxBlockedSend.toNanos();
    call.setOnReadyThreshold(MAX_UNSENT_BYTES);
  }

  /** The client has gone, or does not read: nothing that is sent arrives any more. */
  static final class Gone extends Exception {
    private static final long serialVersionUID = 1L;

    Gone(String why) {
      super(why, null, false, false);
    }
  }

  /** Where debug bytes go without a thread of their own; called on the event loop. */
  interface Flow {
    void begin();

    /** Bytes of the client, to be closed; each closed lets another message in. */
    void data(LentBytes bytes);

    /** The client takes more. */
    void ready();
  }

  /** What came next. */
  sealed interface Received {
    record Message(Incoming message) implements Received {}

    /** The client will send nothing more. */
    record HalfClosed() implements Received {}

    /** Nothing came in the time given. */
    record TimedOut() implements Received {}
  }

  // ---- the client's direction

  /** Lets the first message in. */
  void start() {
    call.request(1);
  }

  /**
   * The next message, waiting for it without end.
   *
   * @throws Gone if the client is gone, whatever it sent before
   */
  Received receive() throws Gone, InterruptedException {
    return receive(Long.MAX_VALUE);
  }

  /** The next message, waiting for it no longer than given. */
  Received receive(Duration atMost) throws Gone, InterruptedException {
    return receive(atMost.toNanos());
  }

  private Received receive(long nanos) throws Gone, InterruptedException {
    boolean resume = false;
    Incoming next;
    receiving.lockInterruptibly();
    try {
      long left = nanos;
      while (queue.isEmpty()) {
        if (gone) {
          throw new Gone("the client has gone");
        }
        if (halfClosed) {
          return new Received.HalfClosed();
        }
        if (left <= 0) {
          return new Received.TimedOut();
        }
        left = received.awaitNanos(left);
      }
      if (gone) {
        throw new Gone("the client has gone");
      }
      next = queue.remove();
      queuedBytes -= cost(next);
      if (paused && queuedBytes < MAX_QUEUED_BYTES / 2) {
        paused = false;
        resume = true;
      }
    } finally {
      receiving.unlock();
    }
    if (resume) {
      call.request(1);
    }
    return new Received.Message(next);
  }

  /** Waits until the stream is over; what the client still sends is dropped. */
  void awaitGone() throws Gone, InterruptedException {
    receiving.lockInterruptibly();
    try {
      while (!gone) {
        received.await();
      }
    } finally {
      receiving.unlock();
    }
    throw new Gone("the client has gone");
  }

  /** The event loop of the call's connection. */
  EventLoop loop() {
    return loop;
  }

  /**
   * Gives debug bytes to {@code next} from now on, first those that wait; once. When it returns
   * none will be received in another way.
   */
  void flowTo(Flow next) throws InterruptedException {
    loop.submit(() -> beginFlow(next)).sync();
  }

  private void beginFlow(Flow next) {
    var waiting = new ArrayDeque<byte[]>();
    int asked = FLOW_AHEAD - 1; // one message has been asked for already, unless it was too many
    receiving.lock();
    try {
      for (var each = queue.iterator(); each.hasNext(); ) {
        Incoming message = each.next();
        if (message instanceof Incoming.Data(byte[] bytes)) {
          waiting.add(bytes);
          queuedBytes -= cost(message);
          each.remove();
        }
      }
      if (paused) {
        paused = false;
        asked++;
      }
    } finally {
      receiving.unlock();
    }
    flow = next;
    next.begin();
    waiting.forEach(bytes -> next.data(new Kept(bytes)));
    call.request(asked);
  }

  @Override
  public void onMessage(Incoming message) {
    if (message instanceof Incoming.Lent(LentBytes bytes)) {
      Flow to = flow;
      if (to != null) {
        to.data(new Asking(bytes, call));
        return;
      }
      try (bytes) {
        queue(new Incoming.Data(copy(bytes)));
      }
    } else {
      queue(message);
    }
  }

  private void queue(Incoming message) {
    boolean more;
    receiving.lock();
    try {
      queue.add(message);
      queuedBytes += cost(message);
      more = queuedBytes < MAX_QUEUED_BYTES;
      paused = !more;
      received.signal();
    } finally {
      receiving.unlock();
    }
    if (more) {
      call.request(1);
    }
  }

  @Override
  public void onHalfClose() {
    receiving.lock();
    try {
      halfClosed = true;
      received.signalAll();
    } finally {
      receiving.unlock();
    }
  }

  @Override
  public void onCancel() {
    leave();
  }

  @Override
  public void onComplete() {
    leave();
  }

  private void leave() {
    gone = true;
    receiving.lock();
    try {
      queue.clear();
      queuedBytes = 0;
      received.signalAll();
    } finally {
      receiving.unlock();
    }
    onReady();
    Runnable listener = onGone;
    if (listener != null) {
      listener.run();
    }
  }

  /** Calls {@code listener} once the stream is over, at once if it already is; must not block. */
  void whenGone(Runnable listener) {
    onGone = listener;
    if (gone) {
      listener.run();
    }
  }

  boolean isGone() {
    return gone;
  }

  // ---- the gateway's direction

  @Override
  public void onReady() {
    sending.lock();
    try {
      writable.signalAll();
    } finally {
      sending.unlock();
    }
    Flow to = flow;
    if (to != null) {
      reads();
      to.ready();
    }
  }

  /**
   * Sends bytes on the event loop without waiting.
   *
   * @return whether the client takes more at once; if not, {@link Flow#ready} follows when it does,
   *     and a client that does not within {@link #MAX_BLOCKED_SEND} counts as gone
   */
  boolean flow(LentBytes bytes) {
    sending.lock();
    try {
      if (closed || gone) {
        return false;
      }
      call.sendMessage(new Outgoing.Flow(bytes));
      if (call.isReady()) {
        return true;
      }
    } finally {
      sending.unlock();
    }
    if (unread == null) {
      unread = loop.schedule(this::notRead, maxBlockedNanos, TimeUnit.NANOSECONDS);
    }
    return false;
  }

  private void reads() {
    ScheduledFuture<?> waiting = unread;
    if (waiting != null) {
      waiting.cancel(false);
      unread = null;
    }
  }

  private void notRead() {
    sending.lock();
    try {
      if (!closed && !gone && !call.isReady()) {
        reset();
      }
    } finally {
      sending.unlock();
    }
  }

  /**
   * Sends one message, waiting while the client does not read.
   *
   * @throws Gone if the client is gone, or has not read for {@link #MAX_BLOCKED_SEND}
   */
  void send(Outgoing message) throws Gone, InterruptedException {
    sending.lockInterruptibly();
    try {
      long left = maxBlockedNanos;
      while (!closed && !gone && !call.isReady()) {
        if (left <= 0) {
          reset();
          throw new Gone("the client does not read");
        }
        left = writable.awaitNanos(left);
      }
      if (closed || gone) {
        throw new Gone("the client has gone");
      }
      call.sendMessage(message);
    } finally {
      sending.unlock();
    }
  }

  /** Sends one message if that needs no waiting; says whether it did. */
  boolean offer(Outgoing message) {
    if (!sending.tryLock()) {
      return false;
    }
    try {
      if (closed || gone || !call.isReady()) {
        return false;
      }
      call.sendMessage(message);
      return true;
    } finally {
      sending.unlock();
    }
  }

  /** Sends the headers, so that a client knows that it was heard. */
  void open(Metadata headers) {
    sending.lock();
    try {
      if (!closed && !gone) {
        call.sendHeaders(headers);
      }
    } finally {
      sending.unlock();
    }
  }

  /**
   * Ends the stream, once; never waits. What was sent before still reaches a client that reads: the
   * status goes out behind it, as soon as the client has taken enough. One that has not after
   * {@link #LAST_WORDS} is reset, so that neither data nor status stay.
   */
  void close(Status status, Metadata trailers) {
    sending.lock();
    try {
      if (closed || gone) {
        return;
      }
      closed = true;
      writable.signalAll();
      if (call.isReady()) {
        call.close(status, trailers);
        return;
      }
    } finally {
      sending.unlock();
    }
    Thread.ofVirtual().name("last-words").start(() -> closeWhenRead(status, trailers));
  }

  private void closeWhenRead(Status status, Metadata trailers) {
    sending.lock();
    try {
      long left = LAST_WORDS.toNanos();
      while (!gone && !call.isReady() && left > 0) {
        left = writable.awaitNanos(left);
      }
      if (gone) {
        return;
      }
      if (call.isReady()) {
        call.close(status, trailers);
      } else {
        call.sendMessage(new Outgoing.Reset());
      }
    } catch (InterruptedException nobodyInterruptsUs) {
      Thread.currentThread().interrupt();
    } finally {
      sending.unlock();
    }
  }

  /** Whether the stream was reset because the client did not read. */
  boolean isUnread() {
    return unreadForTooLong;
  }

  private void reset() {
    closed = true;
    unreadForTooLong = true;
    call.sendMessage(new Outgoing.Reset());
    writable.signalAll();
  }

  private static int cost(Incoming message) {
    return MESSAGE_OVERHEAD_BYTES
        + switch (message) {
          case Incoming.Data(byte[] bytes) -> bytes.length;
          case Incoming.Start(var start) -> start.getSerializedSize();
          case Incoming.Proof(String jws) -> jws.length();
          case Incoming.Renewal(var renew) -> renew.getSerializedSize();
          case Incoming.Lent(LentBytes bytes) -> bytes.length();
          case Incoming.End end -> 0;
          case Incoming.Unknown unknown -> 0;
        };
  }

  private static byte[] copy(LentBytes lent) {
    var bytes = new byte[lent.length()];
    int at = 0;
    for (ByteBuffer buffer : lent.buffers()) {
      int part = buffer.remaining();
      buffer.duplicate().get(bytes, at, part);
      at += part;
    }
    return bytes;
  }

  /** Asks for a message when it is closed. */
  private record Asking(LentBytes bytes, ServerCall<?, ?> call) implements LentBytes {
    @Override
    public int length() {
      return bytes.length();
    }

    @Override
    public List<ByteBuffer> buffers() {
      return bytes.buffers();
    }

    @Override
    public void close() {
      bytes.close();
      call.request(1);
    }
  }

  /** Bytes that had been kept before the flow began. */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  private record Kept(byte[] bytes) implements LentBytes {
    @Override
    public int length() {
      return bytes.length;
    }

    @Override
    public List<ByteBuffer> buffers() {
      return List.of(ByteBuffer.wrap(bytes));
    }

    @Override
    public void close() {}
  }
}
