package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_AK_UNTRUSTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_CONFIGURATION;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_KEY_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_MEASUREMENT_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_MEASUREMENT_MISSING;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.ChainRules;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.X509Reader;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Answers whether a quote is the word of a TPM whose attestation key is trusted: certified under a
 * pinned CA, or enrolled by its SPKI SHA-256.
 */
public final class TpmVerifier {
  private static final int SHA1 = 0x0004;
  private static final ChainRules RULES =
      new ChainRules(
          "TPM AK",
          5,
          Set.of(
              ChainRules.RSA_SHA256,
              ChainRules.RSA_SHA384,
              ChainRules.RSA_SHA512,
              ChainRules.RSA_PSS,
              ChainRules.ECDSA_SHA256,
              ChainRules.ECDSA_SHA384,
              ChainRules.ECDSA_SHA512),
          false);

  private final Set<Octets> caPins;
  private final Set<Octets> enrolledKeys;
  private final ChainVerifier chains;

  /**
   * @param caPins SPKI SHA-256 of CAs that certify attestation keys
   * @param enrolledKeys SPKI SHA-256 of attestation keys that an admin enrolled
   */
  public TpmVerifier(Set<Octets> caPins, Set<Octets> enrolledKeys, ChainVerifier chains) {
    this.caPins = Set.copyOf(caPins);
    this.enrolledKeys = Set.copyOf(enrolledKeys);
    this.chains = chains;
  }

  /** Verifies evidence at {@code at}, with CA certificates in any order. */
  public VerifiedTpmQuote verify(
      TpmEvidence evidence, List<X509Certificate> certificates, Instant at) throws Refused {
    PublicKey key = attestationKey(evidence);
    Octets identity = ChainVerifier.spkiSha256(key);
    if (!enrolledKeys.contains(identity)) {
      requireCertified(evidence, key, certificates, at);
    }
    return quotes(evidence, key);
  }

  /** Verifies a quote by a key that something else vouches for: Azure's hardware report. */
  static VerifiedTpmQuote quoteBy(
      PublicKey vouchedFor, TpmSignature signature, TpmEvidence.Quote quote) throws Refused {
    TpmAttest attest = TpmAttest.parse(quote.message().toByteArray());
    signature.require(vouchedFor, attest.raw(), "TPM quote");
    var pcrs = new TreeMap<String, Octets>();
    addPcrs(attest, signature, quote, pcrs);
    return new VerifiedTpmQuote(attest, vouchedFor, pcrs, Optional.empty());
  }

  /** The one key that everything given about the attestation key agrees on. */
  private static PublicKey attestationKey(TpmEvidence evidence) throws Refused {
    var keys = new ArrayList<PublicKey>();
    if (evidence.akPublic().isPresent()) {
      TpmPublic area = TpmPublic.parse(evidence.akPublic().get().toByteArray());
      if (!area.isAttestationKey()) {
        throw new Refused(
            ATT_CONFIGURATION,
            "TPM key is no attestation key: attributes 0x" + Long.toHexString(area.attributes()));
      }
      keys.add(area.key());
    }
    if (evidence.akSpki().isPresent()) {
      keys.add(spki(evidence.akSpki().get()));
    }
    if (evidence.akCertificate().isPresent()) {
      keys.add(
          X509Reader.certificate(evidence.akCertificate().get().toByteArray(), "AK certificate")
              .getPublicKey());
    }
    if (keys.isEmpty()) {
      throw new Refused(ATT_AK_UNTRUSTED, "TPM evidence names no attestation key");
    }
    Octets first = ChainVerifier.spkiSha256(keys.getFirst());
    for (PublicKey key : keys) {
      if (!ChainVerifier.spkiSha256(key).equals(first)) {
        throw new Refused(ATT_KEY_MISMATCH, "TPM evidence names two attestation keys");
      }
    }
    return keys.getFirst();
  }

  private void requireCertified(
      TpmEvidence evidence, PublicKey key, List<X509Certificate> certificates, Instant at)
      throws Refused {
    X509Certificate leaf = null;
    if (evidence.akCertificate().isPresent()) {
      leaf = X509Reader.certificate(evidence.akCertificate().get().toByteArray(), "AK certificate");
    } else {
      for (X509Certificate certificate : certificates) {
        if (certificate.getPublicKey().equals(key) && certificate.getBasicConstraints() < 0) {
          leaf = certificate;
        }
      }
    }
    if (leaf == null) {
      throw new Refused(
          ATT_AK_UNTRUSTED,
          "TPM attestation key "
              + ChainVerifier.spkiSha256(key)
              + " is neither certified nor enrolled");
    }
    if (leaf.getBasicConstraints() >= 0) {
      throw new Refused(ATT_AK_UNTRUSTED, "AK certificate is a CA's");
    }
    var _ = chains.verify(leaf, certificates, caPins, RULES, at);
  }

  private static VerifiedTpmQuote quotes(TpmEvidence evidence, PublicKey key) throws Refused {
    var pcrs = new TreeMap<String, Octets>();
    TpmAttest first = null;
    for (TpmEvidence.Quote quote : evidence.quotes()) {
      TpmAttest attest = TpmAttest.parse(quote.message().toByteArray());
      TpmSignature signature = TpmSignature.parse(quote.signature().toByteArray());
      signature.require(key, attest.raw(), "TPM quote");
      if (evidence.quotes().size() > 1 && isSha1Only(attest)) {
        continue; // a weak bank beside others: signed, and counts for nothing
      }
      if (first != null && !first.extraData().equals(attest.extraData())) {
        throw Refused.malformed("TPM quotes are over different challenges");
      }
      addPcrs(attest, signature, quote, pcrs);
      first = first == null ? attest : first;
    }
    if (first == null) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "TPM quotes are of the SHA-1 bank only");
    }
    Optional<TpmPublic> certified = Optional.empty();
    if (evidence.certification().isPresent()) {
      certified = Optional.of(certified(evidence.certification().get(), key, first));
    }
    return new VerifiedTpmQuote(first, key, pcrs, certified);
  }

  /** The key that the attestation key certified, over the same challenge as the quote. */
  private static TpmPublic certified(
      TpmEvidence.Certification certification, PublicKey key, TpmAttest quote) throws Refused {
    TpmAttest attest = TpmAttest.parse(certification.message().toByteArray());
    TpmSignature.parse(certification.signature().toByteArray())
        .require(key, attest.raw(), "TPM certification");
    if (!(attest.attested() instanceof TpmAttest.Attested.Certify(Octets name, Octets _))) {
      throw Refused.malformed("TPM certification is a quote");
    }
    TpmPublic area = TpmPublic.parse(certification.publicArea().toByteArray());
    if (!area.name().equals(name)) {
      throw new Refused(ATT_KEY_MISMATCH, "TPM certification is of another key's name");
    }
    if (!area.isBoundSigningKey()) {
      throw new Refused(
          ATT_CONFIGURATION,
          "certified TPM key may leave the TPM: attributes 0x"
              + Long.toHexString(area.attributes()));
    }
    if (!attest.extraData().equals(quote.extraData())
        || !attest.qualifiedSigner().equals(quote.qualifiedSigner())
        || attest.resetCount() != quote.resetCount()) {
      throw new Refused(ATT_KEY_MISMATCH, "TPM certification and quote are not of one occasion");
    }
    return area;
  }

  private static boolean isSha1Only(TpmAttest attest) {
    return attest.attested() instanceof TpmAttest.Attested.Quote(var selections, Octets _)
        && selections.stream().allMatch(selection -> selection.hashAlgorithm() == SHA1);
  }

  private static void addPcrs(
      TpmAttest attest, TpmSignature signature, TpmEvidence.Quote quote, Map<String, Octets> into)
      throws Refused {
    if (!(attest.attested()
        instanceof TpmAttest.Attested.Quote(List<TpmAttest.Selection> selections, Octets digest))) {
      throw Refused.malformed("TPMS_ATTEST is no quote");
    }
    if (selections.size() != 1) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "TPM quote over several banks");
    }
    TpmAttest.Selection selection = selections.getFirst();
    if (selection.pcrs().isEmpty()) {
      throw new Refused(ATT_MEASUREMENT_MISSING, "TPM quote selects no PCR");
    }
    String bank =
        switch (TpmHash.of(selection.hashAlgorithm())) {
          case SHA256 -> "sha256";
          case SHA384 -> "sha384";
          case SHA512 -> "sha512";
        };
    int width = TpmHash.of(selection.hashAlgorithm()).length();
    var joined = new ByteArrayOutputStream();
    for (int pcr : selection.pcrs()) {
      Octets value = quote.pcrs().get(pcr);
      if (value == null) {
        throw new Refused(ATT_MEASUREMENT_MISSING, "value of PCR" + pcr + " was not given");
      }
      if (value.length() != width) {
        throw Refused.malformed("PCR" + pcr + " is not of its bank's length");
      }
      joined.writeBytes(value.toByteArray());
      if (into.put(bank + ":" + (pcr < 10 ? "0" : "") + pcr, value) != null) {
        throw Refused.malformed("PCR" + pcr + " of one bank is quoted twice");
      }
    }
    // the digest is by the signing scheme's hash, whatever the bank's
    if (!signature.hash().of(joined.toByteArray()).equals(digest)) {
      throw new Refused(ATT_MEASUREMENT_MISMATCH, "PCR values are not those of the quote");
    }
  }

  private static PublicKey spki(Octets der) throws Refused {
    for (String algorithm : List.of("RSA", "EC")) {
      try {
        return KeyFactory.getInstance(algorithm)
            .generatePublic(new X509EncodedKeySpec(der.toByteArray()));
      } catch (GeneralSecurityException another) {
        // the next algorithm may know it
      }
    }
    throw Refused.malformed("AK public key is neither RSA nor EC");
  }
}
