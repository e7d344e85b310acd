package dev.postern.gateway.admission;

import java.security.SecureRandom;

/**
 * Ids that cannot be guessed: 100 random bits, lower-case letters and digits without look-alikes.
 */
final class Ids {
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int LENGTH = 20;

  private final SecureRandom random = new SecureRandom();

  String session() {
    return "S-" + next();
  }

  String decision() {
    return "D-" + next();
  }

  private String next() {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    var out = new StringBuilder(LENGTH);
    for (byte b : bytes) {
      out.append(ALPHABET.charAt(b & 31));
    }
    return out.toString();
  }
}
