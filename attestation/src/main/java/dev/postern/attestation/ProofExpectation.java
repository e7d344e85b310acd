package dev.postern.attestation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one proof of possession has to say.
 *
 * @param gatewayId the value of {@code aud}
 * @param challenge the one challenge that was sent on this stream; empty if any live proof
 *     challenge of this gateway will do ({@code ListTargets}, {@code Renew})
 * @param challengeBinding what the challenge was bound to when issued
 * @param ath base64url SHA-256 of the token, see {@link VerifiedToken#ath}
 * @param sessionId {@code session_id}; empty text for {@code ListTargets}
 * @param scopes as asked, in their order
 * @param serverCertificates base64url SHA-256 of each leaf certificate that a caller may have seen;
 *     {@code srv}, when the proof has it, must be one of them
 */
public record ProofExpectation(
    String gatewayId,
    Optional<String> challenge,
    String challengeBinding,
    String ath,
    String sessionId,
    String target,
    String tool,
    List<String> scopes,
    Set<String> serverCertificates) {
  public ProofExpectation {
    scopes = List.copyOf(scopes);
    serverCertificates = Set.copyOf(serverCertificates);
  }
}
