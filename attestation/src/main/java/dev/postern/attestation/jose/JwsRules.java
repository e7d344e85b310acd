package dev.postern.attestation.jose;

import java.util.Set;

/**
 * What one kind of JWS may look like.
 *
 * @param maxChars longest text
 * @param algorithms the algorithms allowed; the text has no say
 * @param types the {@code typ} values taken, compared exactly; {@link #NO_TYPE} stands for none
 * @param keyInHeader whether a {@code jwk} may stand in the header: only where its thumbprint is
 *     known beforehand
 * @param ignored header parameters that may stand there and are never looked at, because services
 *     always write them
 */
public record JwsRules(
    int maxChars,
    Set<Algorithm> algorithms,
    Set<String> types,
    boolean keyInHeader,
    Set<String> ignored) {
  /** A header without {@code typ}. */
  public static final String NO_TYPE = "";

  public JwsRules {
    algorithms = Set.copyOf(algorithms);
    types = Set.copyOf(types);
    ignored = Set.copyOf(ignored);
  }

  /** Rules that ignore nothing of what they do not take. */
  public JwsRules(int maxChars, Set<Algorithm> algorithms, Set<String> types, boolean keyInHeader) {
    this(maxChars, algorithms, types, keyInHeader, Set.of());
  }
}
