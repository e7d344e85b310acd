package dev.postern.attestation.jose;

import java.util.Set;

/**
 * What one kind of JWS may look like.
 *
 * @param maxChars longest text
 * @param algorithms the algorithms allowed; the text has no say
 * @param types the {@code typ} values taken, compared exactly
 * @param keyInHeader whether a {@code jwk} may stand in the header: only where its thumbprint is
 *     known beforehand
 */
public record JwsRules(
    int maxChars, Set<Algorithm> algorithms, Set<String> types, boolean keyInHeader) {
  public JwsRules {
    algorithms = Set.copyOf(algorithms);
    types = Set.copyOf(types);
  }
}
