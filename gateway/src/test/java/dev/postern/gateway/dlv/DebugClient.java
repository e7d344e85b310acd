package dev.postern.gateway.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.json.JsonException;
import dev.postern.json.JsonFramer;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A debug client in the test's own hands: sends requests, keeps answers, notices and the end. */
public final class DebugClient implements ClientSide {
  private final JsonFramer framer = new JsonFramer(JsonLimits.TARGET_MESSAGE);
  private final Map<Long, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
  private final List<NoticeEvent> notices = new CopyOnWriteArrayList<>();
  private final CompletableFuture<EndReason> ended = new CompletableFuture<>();
  private final AtomicLong ids = new AtomicLong();
  private @Nullable TargetSide target;
  private volatile @Nullable Consumer<String> bytes;

  DebugClient on(TargetSide side) {
    target = side;
    return this;
  }

  /** Sends a request; the future is the whole answer. */
  CompletableFuture<JsonObject> send(String method, String args) {
    long id = ids.incrementAndGet();
    var answer = new CompletableFuture<JsonObject>();
    answers.put(id, answer);
    raw("{\"method\":\"RPCServer." + method + "\",\"params\":[" + args + "],\"id\":" + id + "}");
    return answer;
  }

  void raw(String text) {
    try {
      side().onData(text.getBytes(UTF_8));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** The result of a request that must succeed. */
  JsonObject result(String method, String args) {
    JsonObject answer = answer(method, args);
    if (answer.string("error").isPresent()) {
      throw new AssertionError(method + ": " + answer.string("error").get());
    }
    return answer.object("result").orElse(JsonObject.EMPTY);
  }

  /** The error of a request that must fail. */
  String error(String method, String args) {
    JsonObject answer = answer(method, args);
    return answer
        .string("error")
        .orElseThrow(() -> new AssertionError(method + " succeeded: " + answer));
  }

  JsonObject answer(String method, String args) {
    return await(send(method, args));
  }

  static JsonObject await(CompletableFuture<JsonObject> answer) {
    return answer.orTimeout(20, TimeUnit.SECONDS).join();
  }

  Optional<EndReason> awaitEnd() {
    try {
      return Optional.of(ended.get(20, TimeUnit.SECONDS));
    } catch (Exception none) {
      return Optional.empty();
    }
  }

  List<NoticeEvent> notices() {
    return notices;
  }

  TargetSide side() {
    TargetSide side = target;
    if (side == null) {
      throw new IllegalStateException("not connected");
    }
    return side;
  }

  /** Takes what comes as text, no longer as answers. */
  void onBytes(Consumer<String> consumer) {
    bytes = consumer;
  }

  @Override
  public void send(byte[] data) {
    Consumer<String> taken = bytes;
    if (taken != null) {
      taken.accept(new String(data, UTF_8));
      return;
    }
    synchronized (framer) {
      ByteBuffer buffer = ByteBuffer.wrap(data);
      try {
        Optional<byte[]> message = framer.next(buffer);
        while (message.isPresent()) {
          JsonObject answer = JsonReader.readObject(message.get(), JsonLimits.TARGET_MESSAGE);
          CompletableFuture<JsonObject> waiting = answers.remove(answer.integer("id").orElse(-1L));
          if (waiting == null) {
            throw new AssertionError("an answer to nothing: " + answer);
          }
          waiting.complete(answer);
          message = framer.next(buffer);
        }
      } catch (JsonException malformed) {
        throw new AssertionError(malformed);
      }
    }
  }

  @Override
  public void notice(NoticeEvent notice) {
    notices.add(notice);
  }

  @Override
  public void end(EndReason why, String detail) {
    ended.complete(why);
  }
}
