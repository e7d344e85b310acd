package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_UNREACHABLE;

import dev.postern.gateway.stream.EndReason;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The requests made inside a stop, one at a time, so that a selection and the request that relies
 * on it are never parted.
 *
 * <p>What was begun is seen through whatever becomes of its caller: a session that ends in the
 * middle of setting a breakpoint must not leave one that nobody knows of. A read that Delve does
 * not answer in time is refused as busy, and so is everything after it until the answer has come or
 * the debugger is given up; a change that is not answered in time ends the connection, after which
 * the target is restored over another.
 */
final class Exchange {
  static final Duration READ_LIMIT = Duration.ofSeconds(5);
  static final Duration LATE_LIMIT = Duration.ofSeconds(15);
  static final Duration CHANGE_LIMIT = Duration.ofSeconds(20);

  /** A restart may build the program anew. */
  private static final Duration RESTART_LIMIT = Duration.ofMinutes(2);

  private static final Set<DlvMethod> CHANGES =
      EnumSet.of(
          DlvMethod.CREATE_BREAKPOINT,
          DlvMethod.AMEND_BREAKPOINT,
          DlvMethod.TOGGLE_BREAKPOINT,
          DlvMethod.CLEAR_BREAKPOINT,
          DlvMethod.CREATE_WATCHPOINT,
          DlvMethod.CREATE_EBPF_TRACEPOINT,
          DlvMethod.CANCEL_NEXT,
          DlvMethod.SET,
          DlvMethod.DUMP_START,
          DlvMethod.DETACH,
          DlvMethod.FOLLOW_EXEC,
          DlvMethod.STOP_RECORDING,
          DlvMethod.DEBUG_INFO_DIRECTORIES);

  private final Upstream upstream;
  private final Executor threads;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable CompletableFuture<TargetReply> late;
  private volatile boolean dumping;

  Exchange(Upstream upstream, Executor threads) {
    this.upstream = upstream;
    this.threads = threads;
  }

  /** What is asked inside a stop, the exchange being ours. */
  @FunctionalInterface
  interface Asking<T extends @Nullable Object> {
    T ask() throws Refusal, TargetLost, InterruptedException;
  }

  /** Asks inside a stop, and leaves it; seen through on a thread of its own. */
  <T extends @Nullable Object> T inside(Execution.Access access, Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    return seenThrough(
        () -> {
          try (access) {
            return exclusively(asking);
          }
        },
        access::close);
  }

  /** Asks, a stop being ensured; seen through on a thread of its own. */
  <T extends @Nullable Object> T seenThrough(Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    return seenThrough(() -> exclusively(asking), () -> {});
  }

  private <T extends @Nullable Object> T seenThrough(Asking<T> asking, Runnable notStarted)
      throws Refusal, TargetLost, InterruptedException {
    var done = new CompletableFuture<T>();
    try {
      threads.execute(
          () -> {
            try {
              done.complete(asking.ask());
            } catch (Refusal | TargetLost | InterruptedException | RuntimeException failed) {
              done.completeExceptionally(failed);
            }
          });
    } catch (RuntimeException shutDown) {
      notStarted.run();
      throw shutDown;
    }
    try {
      return done.get();
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case Refusal refusal -> throw refusal;
        case TargetLost lost -> throw lost;
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException bug -> throw bug;
        case null, default -> throw new IllegalStateException(failed);
      }
    }
  }

  /** Asks on this thread. */
  <T extends @Nullable Object> T exclusively(Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    lock.lockInterruptibly();
    try {
      return asking.ask();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends one request inside a stop, the exchange being ours.
   *
   * @throws Refusal if Delve is busy with something that takes long
   */
  TargetReply ask(DlvRequest request) throws Refusal, TargetLost, InterruptedException {
    requireAnswered();
    requireNoDump();
    DlvMethod method = request.method();
    if (CHANGES.contains(method)) {
      TargetReply reply = upstream.call(request, CHANGE_LIMIT);
      if (method == DlvMethod.DUMP_START && reply instanceof TargetReply.Result) {
        dumping = true;
      }
      return reply;
    }
    if (method == DlvMethod.RESTART) {
      return upstream.call(request, RESTART_LIMIT);
    }
    CompletableFuture<TargetReply> answer = upstream.send(request);
    Optional<TargetReply> reply = Upstream.await(answer, READ_LIMIT);
    if (reply.isEmpty()) {
      late = answer;
      giveUpUnlessAnswered(answer, method);
      throw busy(method.goName() + " takes longer than " + Spans.text(READ_LIMIT));
    }
    return reply.get();
  }

  private void requireAnswered() throws Refusal {
    if (late != null && !late.isDone()) {
      throw busy("an earlier request is not answered yet");
    }
    late = null;
  }

  private void giveUpUnlessAnswered(CompletableFuture<TargetReply> answer, DlvMethod method) {
    CompletableFuture.delayedExecutor(LATE_LIMIT.toMillis(), TimeUnit.MILLISECONDS, threads)
        .execute(
            () -> {
              if (!answer.isDone()) {
                var _ =
                    upstream.giveUp(
                        new TargetLost(
                            TARGET_UNREACHABLE,
                            "no answer to "
                                + method.goName()
                                + " in "
                                + Spans.text(READ_LIMIT.plus(LATE_LIMIT))));
              }
            });
  }

  private static Refusal busy(String text) {
    return new Refusal(EndReason.TARGET_UNREACHABLE.name(), "", "postern: target busy: " + text);
  }

  /** A request that is answered whatever the process does; on any thread. */
  TargetReply askAtOnce(DlvRequest request) throws TargetLost, InterruptedException {
    TargetReply reply = upstream.call(request, CHANGE_LIMIT);
    if (request.method() == DlvMethod.DUMP_WAIT) {
      if (isOver(reply)) {
        dumping = false;
      }
    }
    return reply;
  }

  // ---------------------------------------------------------------- dumps

  /** A dump keeps Delve's own lock until it is written: what comes in between would wait for it. */
  private void requireNoDump() throws Refusal, TargetLost, InterruptedException {
    if (dumping && !isOver(askAtOnce(dumpWait(0)))) {
      throw Refusal.busy("a core dump is being written; it can be cancelled");
    }
  }

  /** Ends a dump whose session is gone. */
  void cancelDump() throws TargetLost, InterruptedException {
    if (!dumping) {
      return;
    }
    var _ = askAtOnce(new DlvRequest(DlvMethod.DUMP_CANCEL, JsonObject.EMPTY));
    for (int i = 0; dumping && i < CHANGE_LIMIT.toSeconds(); i++) {
      var _ = askAtOnce(dumpWait(Duration.ofSeconds(1).toMillis()));
    }
  }

  private static DlvRequest dumpWait(long waitMs) {
    return new DlvRequest(
        DlvMethod.DUMP_WAIT, new JsonObject(Map.of("Wait", JsonNumber.of(waitMs))));
  }

  private static boolean isOver(TargetReply reply) throws TargetLost {
    return !(reply instanceof TargetReply.Result(long _, RawJson result))
        || Answers.tree(result)
            .object("State")
            .flatMap(state -> state.get("Dumping"))
            .filter(JsonBool.TRUE::equals)
            .isEmpty();
  }
}
