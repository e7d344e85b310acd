package dev.postern.attestation;

import dev.postern.attestation.TrustSettings.Profile;
import dev.postern.json.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The claims of an authentic Attestation Result judged by the same profiles as at admission, for
 * checks by hand where no Verifier is configured.
 */
public final class OfflineResults {
  private OfflineResults() {}

  /**
   * Judges claims whose signature and times held.
   *
   * @param profile {@link Profile#EAR} or {@link Profile#EAT}
   */
  public static EvidenceVerifier.Appraisal judge(
      Profile profile, JsonObject claims, Instant issuedAt, Instant expiresAt) {
    var envelope =
        new ResultEnvelope(
            new TrustSettings.Verifier(claims.string("iss").orElse("unnamed"), profile, Set.of()),
            issuedAt,
            expiresAt,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    try {
      return new EvidenceVerifier.Appraisal.Genuine(
          switch (profile) {
            case EAR -> EarClaims.read(claims, envelope);
            case EAT, SIMULATED -> EatClaims.read(claims, envelope);
          });
    } catch (Refusal refusal) {
      return new EvidenceVerifier.Appraisal.Refused(refusal.toDenied());
    }
  }
}
