package dev.postern.gateway.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonFramer;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

/** A target that answers as a test wants: late, wrongly, endlessly or not at all. */
public final class FakeDlv implements AutoCloseable {
  static final String STOPPED =
      "{\"State\":{\"Pid\":1,\"Running\":false,\"currentThread\":{\"id\":7,\"goroutineID\":1},"
          + "\"currentGoroutine\":{\"id\":1},\"Threads\":[],\"NextInProgress\":false,"
          + "\"exited\":false,\"exitStatus\":0}}";
  public static final String RUNNING = "{\"State\":{\"Pid\":1,\"Running\":true,\"Threads\":null}}";

  /** Closes the connection instead of answering. */
  static final String HANG_UP = "!hang up";

  /** Answers with this error, which follows. */
  static final String FAIL = "!error ";

  private final ServerSocket server;
  private final BiFunction<String, JsonObject, Optional<String>> results;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicLong continuing = new AtomicLong();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();

  /**
   * Starts listening.
   *
   * @param results what to answer to a method ({@code Command{halt}} for commands) and its
   *     arguments; empty to answer nothing
   */
  public FakeDlv(BiFunction<String, JsonObject, Optional<String>> results) throws IOException {
    this.results = results;
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Answers as a stopped, honest target does where {@code odd} has no answer of its own. */
  static FakeDlv odd(String method, Optional<String> odd) throws IOException {
    return new FakeDlv((asked, _) -> asked.equals(method) ? odd : honest(asked));
  }

  public static Optional<String> honest(String method) {
    return switch (method) {
      case "IsMulticlient" -> Optional.of("{\"IsMulticlient\":true}");
      case "State", "Command{halt}", "Command{switchGoroutine}" -> Optional.of(STOPPED);
      case "Command{continue}" -> Optional.empty();
      case "ListBreakpoints" -> Optional.of("{\"Breakpoints\":null}");
      case "Stacktrace" -> Optional.of("{\"Locations\":[]}");
      default -> Optional.of("{}");
    };
  }

  public URI endpoint() {
    return URI.create("tcp://127.0.0.1:" + server.getLocalPort());
  }

  public List<String> asked() {
    return asked;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        connections.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(Socket socket) {
    var framer = new JsonFramer(JsonLimits.TARGET_MESSAGE);
    byte[] bytes = new byte[8192];
    try (socket) {
      while (true) {
        int count = socket.getInputStream().read(bytes);
        if (count < 0) {
          return;
        }
        ByteBuffer data = ByteBuffer.wrap(bytes, 0, count);
        Optional<byte[]> message = framer.next(data);
        while (message.isPresent()) {
          if (!answer(socket, JsonReader.readObject(message.get(), JsonLimits.TARGET_MESSAGE))) {
            return;
          }
          message = framer.next(data);
        }
      }
    } catch (Exception closed) {
      // the gateway left
    }
  }

  private boolean answer(Socket socket, JsonObject request) throws IOException {
    String method = request.string("method").orElse("").replace("RPCServer.", "");
    JsonObject args = (JsonObject) request.array("params").orElseThrow().elements().getFirst();
    if (method.equals("Command")) {
      method += "{" + args.string("name").orElse("") + "}";
    }
    asked.add(method);
    long id = request.integer("id").orElseThrow();
    Optional<String> result = results.apply(method, args);
    if (method.equals("Command{continue}") && result.isEmpty()) {
      continuing.set(id);
    }
    if (method.equals("Command{halt}") && result.filter(STOPPED::equals).isPresent()) {
      long continued = continuing.getAndSet(0);
      if (continued != 0) {
        socket.getOutputStream().write(reply(continued, STOPPED));
      }
    }
    if (result.isEmpty()) {
      return true;
    }
    if (result.get().equals(HANG_UP)) {
      return false;
    }
    socket
        .getOutputStream()
        .write(
            result.get().startsWith(FAIL)
                ? failure(id, result.get().substring(FAIL.length()))
                : result.get().startsWith("!")
                    ? result.get().substring(1).getBytes(UTF_8)
                    : reply(id, result.get()));
    return true;
  }

  private static byte[] reply(long id, String result) {
    return ("{\"id\":" + id + ",\"result\":" + result + ",\"error\":null}\n").getBytes(UTF_8);
  }

  private static byte[] failure(long id, String error) {
    return ("{\"id\":" + id + ",\"result\":null,\"error\":\"" + error + "\"}\n").getBytes(UTF_8);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : connections) {
      socket.close();
    }
  }
}
