package dev.postern.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The peer of everything that verifies: {@code openssl speed ecdsap256}. */
final class Libcrypto {
  private static final Pattern VERIFIES_PER_SECOND =
      Pattern.compile("256 bits ecdsa \\(nistp256\\)\\s+\\S+s\\s+\\S+s\\s+\\S+\\s+(\\S+)");

  private Libcrypto() {}

  /** Microseconds of one P-256 verify, as it is now on this machine. */
  static double verifyMicros() throws IOException {
    var process =
        new ProcessBuilder("openssl", "speed", "-seconds", "1", "ecdsap256")
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    Matcher rate = VERIFIES_PER_SECOND.matcher(out);
    if (!rate.find()) {
      throw new IOException("openssl speed said nothing of ecdsap256:\n" + out);
    }
    return 1e6 / Double.parseDouble(rate.group(1));
  }
}
