package dev.postern.attestation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A token whose signature, times, binding and attestation held. Only {@link TokenVerifier} makes
 * one. It says nothing of policy, replay or possession of the key.
 */
public final class VerifiedToken {
  private final Subject subject;
  private final String claimedSub;
  private final List<String> groups;
  private final String debuggerId;
  private final String jti;
  private final String replayKey;
  private final Instant issuedAt;
  private final Instant expiresAt;
  private final Optional<Instant> notBefore;
  private final List<String> scopes;
  private final Confirmation confirmation;
  private final String tokenSha256;
  private final String ath;
  private final AttestationFacts attestation;
  private final Optional<List<String>> idTokenGroups;

  VerifiedToken(
      Subject subject,
      OuterClaims claims,
      String replayKey,
      Confirmation confirmation,
      byte[] tokenDigest,
      AttestationFacts attestation,
      Optional<List<String>> idTokenGroups) {
    this.subject = subject;
    this.claimedSub = claims.sub();
    this.groups = claims.groups();
    this.debuggerId = claims.debuggerId();
    this.jti = claims.jti();
    this.replayKey = replayKey;
    this.issuedAt = claims.issuedAt();
    this.expiresAt = claims.expiresAt();
    this.notBefore = claims.notBefore();
    this.scopes = claims.scopes();
    this.confirmation = confirmation;
    this.tokenSha256 = Digests.hex(tokenDigest);
    this.ath = Digests.base64Url(tokenDigest);
    this.attestation = attestation;
    this.idTokenGroups = idTokenGroups.map(List::copyOf);
  }

  public Subject subject() {
    return subject;
  }

  /**
   * Whether an {@code id_token} names the person: then {@link #subject} and {@link #groups} are
   * that token's, and what the debug token itself says of both is its key's word only.
   */
  public boolean namedByIdToken() {
    return idTokenGroups.isPresent();
  }

  /** Whether no issuer stands behind the token: only its own attested key. */
  public boolean selfAttested() {
    return subject instanceof Subject.SelfAttested;
  }

  /**
   * What the token says of {@code sub}. For a self-attested token to be recorded, never matched.
   */
  public String claimedSub() {
    return claimedSub;
  }

  /**
   * The groups that the issuer says the subject is in; always empty for a self-attested token,
   * whose word counts for nothing. Those of the {@code id_token} where there is one.
   */
  public List<String> groups() {
    return idTokenGroups.orElse(selfAttested() ? List.of() : groups);
  }

  /** What the token says of {@code groups}, to be recorded only. */
  public List<String> claimedGroups() {
    return groups;
  }

  public String debuggerId() {
    return debuggerId;
  }

  public String jti() {
    return jti;
  }

  /**
   * What may be admitted once until {@link #expiresAt} plus the skew: (iss, jti), or (thumbprint,
   * jti) if self-attested. Equal for two spellings of one token; of bounded length.
   */
  public String replayKey() {
    return replayKey;
  }

  public Instant issuedAt() {
    return issuedAt;
  }

  /** First instant at which this token is no longer good ({@code exp}; exclusive). */
  public Instant expiresAt() {
    return expiresAt;
  }

  public Optional<Instant> notBefore() {
    return notBefore;
  }

  /** The plain scopes of the token, at least one, each once. */
  public List<String> scopes() {
    return scopes;
  }

  /** The key that the caller has to prove possession of. */
  public Confirmation confirmation() {
    return confirmation;
  }

  /** SHA-256 of the token's text, lower-case hex: all of it that may be logged. */
  public String tokenSha256() {
    return tokenSha256;
  }

  /** SHA-256 of the token's text as base64url: what a proof's {@code ath} must say. */
  public String ath() {
    return ath;
  }

  public AttestationFacts attestation() {
    return attestation;
  }

  @Override
  public String toString() {
    return "VerifiedToken[" + subject + ", sha256 " + tokenSha256 + "]";
  }
}
