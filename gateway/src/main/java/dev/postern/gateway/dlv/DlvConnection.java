package dev.postern.gateway.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.MessageEvent;
import dev.postern.gateway.stream.MessageEvent.Action;
import dev.postern.gateway.stream.MessageEvent.Direction;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonWriter;
import dev.postern.wire.dlv.ClientMessage;
import dev.postern.wire.dlv.DapRefusal;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequestReader;
import dev.postern.wire.dlv.ReplyEncoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One client connection: reads its requests, hands them on in order, writes the answers.
 *
 * <p>Requests are served one after the other by one thread, as Delve does, but for {@code State}
 * and {@code halt}, which overtake. Both queues are bounded; when they are full {@link #onData}
 * blocks.
 */
final class DlvConnection implements TargetSide {
  private static final Logger LOG = Logger.getLogger(DlvConnection.class.getName());
  private static final int QUEUED_REQUESTS = 64;
  private static final int OVERTAKING_REQUESTS = 16;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** How long after its last request a client that quits has closed its connection. */
  private static final Duration QUITTING = Duration.ofMillis(100);

  /** Bytes of requests that wait or are served: their number alone would bound too little. */
  private static final int QUEUED_BYTES = 2 * JsonLimits.CLIENT_MESSAGE.bytes();

  private final DlvTarget target;
  private final SessionGrant grant;
  private final ClientSide client;
  private final Runnable left;
  private final Seat seat;
  private final DlvRequestReader reader = new DlvRequestReader();
  private final BlockingQueue<Runnable> inbox = new ArrayBlockingQueue<>(QUEUED_REQUESTS);
  private final Semaphore overtaking = new Semaphore(OVERTAKING_REQUESTS);
  private final Semaphore room = new Semaphore(QUEUED_BYTES);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch quitting = new CountDownLatch(1);
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final Thread worker;
  private final RequestServer server;

  DlvConnection(
      DlvTarget target,
      SessionGrant grant,
      SessionAccount account,
      RequestServer.Rules rules,
      ClientSide client,
      Runnable left) {
    this.target = target;
    this.grant = grant;
    this.client = client;
    this.left = left;
    this.seat = new Seat(account, rules.control(), this::releasedByLimit);
    this.server = new RequestServer(target, seat, grant, rules, this::endedByClient);
    this.worker =
        Thread.ofVirtual().name("dlv-session-" + grant.sessionId()).unstarted(this::serveInOrder);
  }

  void start() {
    worker.start();
    if (!seat.control()) {
      client.notice(
          NoticeEvent.info(
              "the target runs on: without dlv/control it is stopped only for moments, to be"
                  + " read"));
    }
  }

  Seat seat() {
    return seat;
  }

  // ---------------------------------------------------------------- the client's bytes

  @Override
  public void onData(byte[] data) throws InterruptedException {
    if (closed.get() || !count(data.length)) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(data);
    int from = bytes.position();
    Optional<ClientMessage> message = reader.next(bytes);
    while (message.isPresent() && !closed.get()) {
      if (!accept(message.get(), bytes.position() - from)) {
        return;
      }
      from = bytes.position();
      message = reader.next(bytes);
    }
  }

  /** Whether to go on reading. */
  private boolean accept(ClientMessage message, int sizeBytes) throws InterruptedException {
    return switch (message) {
      case ClientMessage.Call call -> {
        enqueue(call, sizeBytes);
        yield true;
      }
      case ClientMessage.Malformed malformed -> {
        refuse(malformed, sizeBytes);
        yield !malformed.streamLost();
      }
      case ClientMessage.Dap _ -> {
        refuseDap(sizeBytes);
        yield false;
      }
    };
  }

  private void enqueue(ClientMessage.Call call, int sizeBytes) throws InterruptedException {
    pace();
    var request = new Request(this, call, sizeBytes);
    int size = Math.min(sizeBytes, QUEUED_BYTES);
    room.acquire(size);
    if (!overtakes(call)) {
      inbox.put(() -> serve(request, () -> room.release(size)));
      return;
    }
    overtaking.acquire();
    target
        .threads()
        .execute(
            () ->
                serve(
                    request,
                    () -> {
                      overtaking.release();
                      room.release(size);
                    }));
  }

  private void refuse(ClientMessage.Malformed malformed, int sizeBytes) {
    record(
        Direction.CLIENT,
        malformed.streamLost() ? Action.ENDED : Action.DENIED,
        "?",
        malformed.reason().name(),
        "",
        sizeBytes,
        "");
    if (malformed.id().isPresent()) {
      send(ReplyEncoder.error(malformed.id().getAsLong(), "postern: " + malformed.detail()));
    }
    if (malformed.streamLost()) {
      client.end(endOf(malformed), malformed.detail());
    }
  }

  private void refuseDap(int sizeBytes) {
    String text =
        "postern: this endpoint speaks Delve's JSON-RPC only (dlv connect, GoLand); DAP is not"
            + " served";
    record(Direction.CLIENT, Action.ENDED, "DAP", "MESSAGE_PROTOCOL", "", sizeBytes, "");
    send(DapRefusal.message(text));
    client.end(EndReason.MESSAGE_MALFORMED, text);
  }

  private static EndReason endOf(ClientMessage.Malformed malformed) {
    return switch (malformed.reason()) {
      case MESSAGE_TOO_LARGE -> EndReason.MESSAGE_TOO_LARGE;
      default -> EndReason.MESSAGE_MALFORMED;
    };
  }

  private static boolean overtakes(ClientMessage.Call call) {
    return call.method() == DlvMethod.STATE
        || (call.method() == DlvMethod.COMMAND
            && call.args().string("name").filter("halt"::equals).isPresent());
  }

  /** Holds the client to its requests per second: it waits, nothing is refused. */
  private void pace() throws InterruptedException {
    long wait = seat.account().requestWaitNanos(target.nanos().getAsLong());
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }

  private void serveInOrder() {
    try {
      while (!closed.get()) {
        inbox.take().run();
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Request request, Runnable served) {
    try {
      if (!closed.get()) {
        server.serve(request);
      }
    } catch (Refusal refusal) {
      if (!refusal.reason().isEmpty()) { // else it is Delve's own error
        request.decided(Action.DENIED, refusal.reason(), refusal.scope());
      }
      request.error(refusal.text());
    } catch (TargetLost lost) {
      targetLost(lost);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException bug) {
      LOG.log(Level.SEVERE, "request failed method=" + request.method().goName(), bug);
      request.error("postern: internal error");
      client.end(EndReason.INTERNAL_ERROR, "a request could not be served");
    } finally {
      served.run();
    }
  }

  @Override
  public void onHalfClose() {
    quitting.countDown();
    try {
      inbox.put(() -> client.end(EndReason.SESSION_ENDED, "the client closed"));
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  // ---------------------------------------------------------------- towards the client

  void reply(Request request, byte[] bytes) {
    if (closed.get()) {
      return;
    }
    record(
        Direction.TARGET,
        Action.PASSED,
        request.method().wireName(),
        "",
        "",
        bytes.length,
        grant.obligations().recordFull() ? new String(bytes, UTF_8) : "");
    if (count(bytes.length)) {
      send(bytes);
    }
  }

  void record(Request request, Action action, String reason, String scope) {
    String text = grant.obligations().recordFull() ? JsonWriter.write(request.args()) : "";
    record(Direction.CLIENT, action, methodOf(request), reason, scope, request.sizeBytes(), text);
    if (action == Action.DENIED) {
      client.notice(
          new NoticeEvent(
              reason.equals("SESSION_HALT_BUDGET")
                  ? NoticeEvent.Kind.HALT_BUDGET
                  : NoticeEvent.Kind.DENIED,
              reason,
              methodOf(request) + " was denied",
              scope));
    }
  }

  private static String methodOf(Request request) {
    return request.method() == DlvMethod.COMMAND
        ? request.method().wireName() + "{" + request.args().string("name").orElse("") + "}"
        : request.method().wireName();
  }

  private void record(
      Direction direction,
      Action action,
      String method,
      String reason,
      String scope,
      int sizeBytes,
      String text) {
    grant
        .sink()
        .message(new MessageEvent(direction, action, method, reason, scope, sizeBytes, text));
  }

  private boolean count(int bytes) {
    if (seat.account().moved(bytes)) {
      return true;
    }
    client.end(EndReason.SESSION_STREAM_BYTES, "the session has moved all the bytes it may");
    return false;
  }

  private void send(byte[] bytes) {
    try {
      client.send(bytes);
    } catch (ClientGone gone) {
      client.end(EndReason.CLIENT_GONE, "the client is gone");
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the client has sent its last request and leaves; waits a moment to see. */
  boolean quits() throws InterruptedException {
    return quitting.await(QUITTING.toMillis(), TimeUnit.MILLISECONDS) || closed.get();
  }

  void tell(String text) {
    client.notice(NoticeEvent.info(text));
  }

  private void releasedByLimit(String text) {
    client.notice(new NoticeEvent(NoticeEvent.Kind.HALT_BUDGET, "SESSION_HALT_BUDGET", text, ""));
  }

  // ---------------------------------------------------------------- the end

  /** For the record: what was undone of this connection's doing, or stood in the way. */
  void hasLeft(boolean done, String what) {
    grant.sink().leftTarget(done, what);
  }

  void targetLost(TargetLost lost) {
    client.end(lost.reason(), lost.text());
  }

  private void endedByClient() {
    client.end(EndReason.SESSION_ENDED, "the client detached");
  }

  @Override
  public void close(EndReason why) {
    if (closed.compareAndSet(false, true)) {
      quitting.countDown();
      // A thread of its own: ours may be interrupted, and the process must be let go all the same.
      Thread.ofVirtual().name("dlv-leaving-" + grant.sessionId()).start(this::leave);
      worker.interrupt();
    }
    try {
      gone.get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      LOG.log(Level.WARNING, "restoring takes longer than {0}", CLOSE_LIMIT);
    } catch (ExecutionException failed) {
      LOG.log(Level.SEVERE, "a connection could not be taken out", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void leave() {
    try {
      target.leave(this);
      left.run();
      gone.complete(null);
    } catch (RuntimeException bug) {
      gone.completeExceptionally(bug);
    }
  }
}
