package dev.postern.attestation.x509;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_STALE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_REVOKED;

import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;

/**
 * Checks certificates against revocation lists: the list's signature, its dates (both required),
 * then the serial. A list whose signature held is not verified again.
 */
public final class Revocation {
  private static final int CRL_SIGN = 6;

  private final Remembered<Boolean> verified = new Remembered<>(64);

  /**
   * Requires a current list of {@code issuer} among {@code crls}, and none of {@code subjects} on
   * it. Where several lists of that issuer are given, every one of them that holds counts, and one
   * that does not hold is a refusal.
   */
  public void require(
      X509Certificate issuer,
      Collection<X509Certificate> subjects,
      Collection<X509CRL> crls,
      Instant at)
      throws Refused {
    String name = issuer.getSubjectX500Principal().getName();
    int checked = 0;
    for (X509CRL crl : crls) {
      if (!crl.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
        continue;
      }
      check(issuer, crl, at, name);
      checked++;
      for (X509Certificate subject : subjects) {
        if (crl.getRevokedCertificate(subject) != null
            || crl.getRevokedCertificate(subject.getSerialNumber()) != null) {
          throw new Refused(
              ATT_REVOKED,
              "`" + subject.getSubjectX500Principal().getName() + "` is revoked by `" + name + "`");
        }
      }
    }
    if (checked == 0) {
      throw new Refused(ATT_COLLATERAL_MISSING, "no revocation list of `" + name + "`");
    }
  }

  private void check(X509Certificate issuer, X509CRL crl, Instant at, String name) throws Refused {
    String what = "revocation list of `" + name + "`";
    try {
      Octets key = Hashes.SHA256.of(issuer.getPublicKey().getEncoded(), crl.getEncoded());
      if (verified.get(key) == null) {
        crl.verify(issuer.getPublicKey());
        verified.put(key, true);
      }
    } catch (GeneralSecurityException doesNotHold) {
      throw new Refused(ATT_COLLATERAL_INVALID, what + ": signature does not hold");
    }
    boolean[] usage = issuer.getKeyUsage();
    if (usage != null && !usage[CRL_SIGN]) {
      throw new Refused(ATT_COLLATERAL_INVALID, what + ": its issuer may not sign lists");
    }
    if (crl.getCriticalExtensionOIDs() != null && !crl.getCriticalExtensionOIDs().isEmpty()) {
      throw new Refused(ATT_COLLATERAL_INVALID, what + ": has a critical extension");
    }
    var thisUpdate = crl.getThisUpdate().toInstant();
    if (at.isBefore(thisUpdate)) {
      throw new Refused(ATT_FUTURE, what + " is of " + thisUpdate);
    }
    if (crl.getNextUpdate() == null) {
      throw new Refused(ATT_COLLATERAL_INVALID, what + " has no nextUpdate");
    }
    // nextUpdate is exclusive: at that instant a newer list exists
    if (!at.isBefore(crl.getNextUpdate().toInstant())) {
      throw new Refused(
          ATT_COLLATERAL_STALE, what + " ended at " + crl.getNextUpdate().toInstant());
    }
  }
}
