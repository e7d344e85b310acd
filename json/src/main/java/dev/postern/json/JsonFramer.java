package dev.postern.json;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds where each message ends in a stream of JSON objects that carries no lengths (Go's {@code
 * net/rpc/jsonrpc}).
 *
 * <p>Feed bytes as they come; take complete messages out. It tracks nesting and strings only: what
 * it hands out still has to be read by {@link JsonReader}. It never holds more than {@link
 * JsonLimits#bytes} of an unfinished message, refuses depth at the byte that exceeds it, and takes
 * nothing but an object at the top, so garbage fails on its first byte. Not safe for use by more
 * than one thread.
 */
public final class JsonFramer {
  private static final int INITIAL_BYTES = 512;

  private final JsonLimits limits;
  private byte[] held = new byte[0];
  private int used;
  private int depth;
  private boolean inString;
  private boolean escaped;

  public JsonFramer(JsonLimits limits) {
    this.limits = limits;
  }

  /**
   * Takes bytes from {@code data}, a buffer backed by an array, up to the end of the next message.
   *
   * @return the message, {@code data} then standing just behind it; empty if all bytes were taken
   *     and the message is not finished
   * @throws JsonException if the bytes cannot be the start of a message within the bounds; the
   *     stream is then of no more use
   */
  public Optional<byte[]> next(ByteBuffer data) throws JsonException {
    byte[] bytes = data.array();
    int base = data.arrayOffset();
    int at = base + data.position();
    int to = base + data.limit();
    if (depth == 0 && used == 0) {
      while (at < to
          && (bytes[at] == '\n' || bytes[at] == ' ' || bytes[at] == '\r' || bytes[at] == '\t')) {
        at++;
      }
      if (at == to) {
        data.position(data.limit());
        return Optional.empty();
      }
      if (bytes[at] != '{') {
        throw new JsonException(JsonException.Kind.SYNTAX, 0, "a message does not start with `{`");
      }
    }
    int start = at;
    while (at < to) {
      byte b = bytes[at++];
      if (inString) {
        if (escaped) {
          escaped = false;
        } else if (b == '\\') {
          escaped = true;
        } else if (b == '"') {
          inString = false;
        }
      } else if (b == '"') {
        inString = true;
      } else if (b == '{' || b == '[') {
        if (++depth > limits.depth()) {
          throw new JsonException(
              JsonException.Kind.LIMIT, used + at - start, "deeper than " + limits.depth());
        }
      } else if ((b == '}' || b == ']') && --depth == 0) {
        data.position(at - base);
        return Optional.of(finish(bytes, start, at));
      }
    }
    data.position(data.limit());
    hold(bytes, start, at);
    return Optional.empty();
  }

  /** Bytes held of an unfinished message. */
  public int held() {
    return used;
  }

  private byte[] finish(byte[] data, int start, int at) throws JsonException {
    checkSize(at - start);
    byte[] message;
    if (used == 0) {
      message = Arrays.copyOfRange(data, start, at);
    } else {
      message = Arrays.copyOf(held, used + at - start);
      System.arraycopy(data, start, message, used, at - start);
      used = 0;
      held = new byte[0];
    }
    return message;
  }

  private void hold(byte[] data, int start, int at) throws JsonException {
    int more = at - start;
    checkSize(more);
    if (held.length < used + more) {
      long wanted = Math.max(Math.max(INITIAL_BYTES, 2L * held.length), (long) used + more);
      held = Arrays.copyOf(held, (int) Math.min(wanted, limits.bytes()));
    }
    System.arraycopy(data, start, held, used, more);
    used += more;
  }

  private void checkSize(int more) throws JsonException {
    if (more > limits.bytes() - used) {
      throw new JsonException(
          JsonException.Kind.LIMIT, limits.bytes(), "longer than " + limits.bytes() + " bytes");
    }
  }
}
