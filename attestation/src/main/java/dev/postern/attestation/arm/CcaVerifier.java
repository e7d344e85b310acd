package dev.postern.attestation.arm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ENDORSEMENT_MISMATCH;

import dev.postern.attestation.evidence.Refused;

/**
 * Answers whether a CCA token is the word of a platform whose key is pinned: the platform token by
 * that key, the realm's key by the platform token, the realm token by the realm's key.
 */
public final class CcaVerifier {
  private final ArmKeys keys;

  public CcaVerifier(ArmKeys keys) {
    this.keys = keys;
  }

  /** Verifies a token; there is no time in one, so none is asked. */
  public VerifiedCcaToken verify(CcaToken token) throws Refused {
    CcaToken.Platform platform = token.platform();
    CcaToken.Realm realm = token.realm();
    keys.requireSigned(platform.message(), platform.instanceId(), "CCA platform token");
    // without this, the realm of one machine could stand on the platform of another
    if (!realm.keyHash().of(realm.key().toByteArray()).equals(platform.challenge())) {
      throw new Refused(
          ATT_ENDORSEMENT_MISMATCH, "the platform token vouches for another realm's key");
    }
    realm.message().requireSignedBy(RealmKey.parse(realm.key()), "CCA realm token");
    return new VerifiedCcaToken(token);
  }
}
