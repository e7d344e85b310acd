package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * A host and a port, written {@code HOST:PORT} or {@code [IPv6]:PORT}.
 *
 * @param host without brackets
 * @param port 0 to 65535; 0 asks for any free one
 */
public record HostPort(String host, int port) {
  /**
   * Reads {@code HOST:PORT}.
   *
   * @param option the option it was given to, for the message
   */
  public static HostPort parse(String text, String option) throws CommandFailure {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      host = "";
    }
    int port = port(text.substring(colon + 1));
    if (host.isEmpty() || port < 0) {
      throw CommandFailure.usage(
          "%s takes HOST:PORT, such as 127.0.0.1:7443, and not `%s`".formatted(option, text));
    }
    return new HostPort(host, port);
  }

  private static int port(String digits) {
    if (digits.isEmpty()
        || digits.length() > 5
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int port = Integer.parseInt(digits);
    return port > 0xffff ? -1 : port;
  }

  /** The address, looked up. */
  InetSocketAddress resolve() throws CommandFailure {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw CommandFailure.unreachable("there is no host `" + host + "`");
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
