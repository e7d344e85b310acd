package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_GONE;
import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;
import static dev.postern.gateway.stream.EndReason.TARGET_UNREACHABLE;

import dev.postern.wire.dlv.DlvReplyReader;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.TargetReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The one JSON-RPC connection to a target's {@code dlv}.
 *
 * <p>Requests carry ids of its own and answers are matched by id, whatever their order. Every wait
 * has a limit; the first thing that goes wrong ends the connection for good and completes all that
 * is pending with {@link TargetLost}. Safe for use by many threads.
 */
final class Upstream {
  private static final int READ_BYTES = 64 * 1024;
  private static final int OUTGOING_REQUESTS = 64;
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(5);

  private final SocketChannel channel;
  private final BlockingQueue<byte[]> outgoing = new ArrayBlockingQueue<>(OUTGOING_REQUESTS);
  private final DlvReplyReader reader = new DlvReplyReader();
  private final AtomicLong lastId = new AtomicLong();
  private final Map<Long, CompletableFuture<TargetReply>> pending = new ConcurrentHashMap<>();
  private final CompletableFuture<TargetLost> lost = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();

  private Upstream(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects within {@code limit}. */
  static Upstream open(Endpoint endpoint, Duration limit) throws TargetLost, InterruptedException {
    SocketChannel channel = endpoint.connect(limit);
    var upstream = new Upstream(channel);
    Thread.ofVirtual().name("dlv-answers-" + endpoint).start(upstream::readAnswers);
    Thread writer =
        Thread.ofVirtual().name("dlv-requests-" + endpoint).start(upstream::writeRequests);
    var _ = upstream.lost.thenRun(writer::interrupt);
    return upstream;
  }

  /** Completes, on no particular thread, once the connection is of no more use. */
  CompletableFuture<TargetLost> lost() {
    return lost;
  }

  /**
   * Sends a request whose answer may take as long as it likes: a {@code continue}.
   *
   * <p>The future completes exceptionally with {@link TargetLost} only.
   */
  CompletableFuture<TargetReply> send(DlvRequest request) throws TargetLost, InterruptedException {
    long id = lastId.incrementAndGet();
    var answer = new CompletableFuture<TargetReply>();
    pending.put(id, answer);
    reader.expect(id);
    if (!outgoing.offer(request.encode(id), WRITE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
      throw fail(new TargetLost(TARGET_UNREACHABLE, "the debugger takes no more requests"));
    }
    Optional<TargetLost> already = lostAlready();
    if (already.isPresent()) {
      pending.remove(id);
      throw already.get();
    }
    return answer;
  }

  /**
   * Sends a request and waits for its answer; a target that takes longer than {@code limit} is
   * lost.
   */
  TargetReply call(DlvRequest request, Duration limit) throws TargetLost, InterruptedException {
    return await(send(request), limit)
        .orElseThrow(
            () ->
                fail(
                    new TargetLost(
                        TARGET_UNREACHABLE,
                        "no answer to "
                            + request.method().goName()
                            + " in "
                            + limit.toMillis()
                            + " ms")));
  }

  /** The answer, or empty if it has not come within {@code limit}; the connection lives on. */
  static Optional<TargetReply> await(CompletableFuture<TargetReply> answer, Duration limit)
      throws TargetLost, InterruptedException {
    try {
      return Optional.of(answer.get(limit.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException late) {
      return Optional.empty();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof TargetLost reason) {
        throw reason;
      }
      throw new IllegalStateException("an answer fails with TargetLost only", failed);
    }
  }

  /**
   * Ends the connection because the debugger does not behave.
   *
   * @return the reason that everyone hears: {@code reason}, or one that came earlier
   */
  TargetLost giveUp(TargetLost reason) {
    return fail(reason);
  }

  void close() {
    var _ = fail(new TargetLost(TARGET_GONE, "the connection to the debugger was closed"));
  }

  private Optional<TargetLost> lostAlready() {
    return ended.get() ? Optional.ofNullable(lost.getNow(null)) : Optional.empty();
  }

  /** Ends the connection; the first reason given is the one that everyone hears. */
  private TargetLost fail(TargetLost reason) {
    if (ended.compareAndSet(false, true)) {
      lost.complete(reason);
      closeQuietly();
    }
    TargetLost first = lost.join();
    for (Long id : List.copyOf(pending.keySet())) {
      CompletableFuture<TargetReply> answer = pending.remove(id);
      if (answer != null) {
        answer.completeExceptionally(first);
      }
    }
    return first;
  }

  private void closeQuietly() {
    try {
      channel.close();
    } catch (IOException alreadyGone) {
      // nothing is left to close
    }
  }

  /**
   * The one writer. A thread of its own, because interrupting a thread inside a channel closes the
   * channel, and the threads of sessions are interrupted at will.
   */
  private void writeRequests() {
    try {
      while (!ended.get()) {
        ByteBuffer bytes = ByteBuffer.wrap(outgoing.take());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException broken) {
      var _ = fail(new TargetLost(TARGET_GONE, "the debugger closed the connection", broken));
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void readAnswers() {
    byte[] bytes = new byte[READ_BYTES];
    try {
      while (true) {
        int count = channel.read(ByteBuffer.wrap(bytes));
        if (count < 0) {
          var _ = fail(new TargetLost(TARGET_GONE, "the debugger closed the connection"));
          return;
        }
        ByteBuffer data = ByteBuffer.wrap(bytes, 0, count);
        Optional<TargetReply> reply = reader.next(data);
        while (reply.isPresent()) {
          if (!deliver(reply.get())) {
            return;
          }
          reply = reader.next(data);
        }
      }
    } catch (IOException broken) {
      var _ = fail(new TargetLost(TARGET_GONE, "the debugger closed the connection", broken));
    } catch (RuntimeException bug) {
      var _ =
          fail(new TargetLost(TARGET_PROTOCOL, "an answer of the debugger could not be read", bug));
    }
  }

  private boolean deliver(TargetReply reply) {
    return switch (reply) {
      case TargetReply.Result result -> complete(result.id(), result);
      case TargetReply.Failure failure -> complete(failure.id(), failure);
      case TargetReply.Broken broken -> {
        var _ = fail(new TargetLost(TARGET_PROTOCOL, broken.detail()));
        yield false;
      }
    };
  }

  private boolean complete(long id, TargetReply reply) {
    @Nullable CompletableFuture<TargetReply> answer = pending.remove(id);
    if (answer == null) {
      var _ = fail(new TargetLost(TARGET_PROTOCOL, "an answer to nothing that was asked"));
      return false;
    }
    answer.complete(reply);
    return true;
  }
}
