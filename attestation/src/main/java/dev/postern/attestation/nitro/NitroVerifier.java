package dev.postern.attestation.nitro;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;

import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.ChainRules;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.VerifiedChain;
import dev.postern.attestation.x509.X509Reader;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Set;

/**
 * Answers whether an attestation document is the Nitro hypervisor's word: leaf to AWS root by its
 * pin, every certificate P-384, then the document's signature.
 *
 * <p>AWS publishes no revocation list for these certificates; the leaf lives three hours.
 */
public final class NitroVerifier {
  /** How far the hypervisor's clock may be ahead of ours. */
  static final Duration MAX_SKEW = Duration.ofSeconds(60);

  private static final ChainRules RULES =
      new ChainRules("Nitro", 8, Set.of(ChainRules.ECDSA_SHA384), true);

  private final Pins pins;
  private final ChainVerifier chains;

  public NitroVerifier(Pins pins, ChainVerifier chains) {
    this.pins = pins;
    this.chains = chains;
  }

  /** Verifies a document at {@code at}. */
  public VerifiedNitroDocument verify(NitroDocument document, Instant at) throws Refused {
    X509Certificate leaf =
        X509Reader.certificate(document.certificate().toByteArray(), "Nitro certificate");
    var pool = new ArrayList<X509Certificate>();
    for (Octets der : document.caBundle()) {
      pool.add(X509Reader.certificate(der.toByteArray(), "Nitro cabundle entry"));
    }
    VerifiedChain chain = chains.verify(leaf, pool, pins.of(Pins.Root.AWS_NITRO), RULES, at);
    for (X509Certificate certificate : chain.certificates()) {
      if (!Ecdsa.P384.isOnCurve(certificate.getPublicKey())) {
        throw new Refused(ATT_CHAIN_INVALID, "a Nitro certificate's key is not P-384");
      }
    }
    document.message().requireSignedBy(leaf.getPublicKey(), "Nitro document");
    if (document.timestamp().isAfter(at.plus(MAX_SKEW))) {
      throw new Refused(ATT_FUTURE, "Nitro document is of " + document.timestamp());
    }
    return new VerifiedNitroDocument(document, chain);
  }
}
