package dev.postern.attestation.snp;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_ENDORSEMENT_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;

import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.ChainRules;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import dev.postern.attestation.x509.VerifiedChain;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Answers whether a report is AMD's word about one chip: the leaf's path to the pinned root of its
 * product, the report's signature, and that leaf and report speak of the same key, product, TCB and
 * chip.
 */
public final class SnpVerifier {
  private static final ChainRules RULES =
      new ChainRules("SNP", 3, java.util.Set.of(ChainRules.RSA_PSS), false);

  private final Pins pins;
  private final ChainVerifier chains;
  private final Revocation revocation;

  public SnpVerifier(Pins pins, ChainVerifier chains, Revocation revocation) {
    this.pins = pins;
    this.chains = chains;
    this.revocation = revocation;
  }

  /**
   * Verifies a report.
   *
   * @param certificates the leaf among others, in any order; AMD's own authorities are used where
   *     none came along
   * @param crls AMD's revocation lists; if there is any, one of the root must be among them
   */
  public VerifiedSnpReport verify(
      SnpReport report, List<X509Certificate> certificates, List<X509CRL> crls, Instant at)
      throws Refused {
    X509Certificate leaf = leaf(report, certificates);
    SnpEndorsement endorsement = SnpEndorsement.parse(leaf);
    SnpProduct product = endorsement.product();
    if (report.version() > 2) {
      Optional<SnpProduct> byCpuid = SnpProduct.ofCpuid(report.cpuid().at(0), report.cpuid().at(1));
      if (byCpuid.isEmpty()) {
        throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "SNP report of CPUID " + report.cpuid());
      }
      if (byCpuid.get() != product) {
        throw new Refused(
            ATT_ENDORSEMENT_MISMATCH,
            "report is of " + byCpuid.get().line() + ", certificate of " + product.line());
      }
    } else if (product == SnpProduct.TURIN) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "SNP report version 2 of Turin");
    }
    VerifiedChain chain =
        chains.verify(
            leaf,
            AmdCertificates.builtIn().complete(leaf, certificates),
            pins.of(product.root()),
            RULES,
            at);
    requireNames(chain, endorsement);
    if (!crls.isEmpty()) {
      revocation.require(chain.root(), chain.certificates().subList(0, 2), crls, at);
    }
    Ecdsa.P384.require(
        leaf.getPublicKey(),
        report.signed().toByteArray(),
        report.signature().toByteArray(),
        "SNP report");
    requireSameTcb(report, endorsement);
    requireSameChip(report, endorsement);
    return new VerifiedSnpReport(report, endorsement, chain, !crls.isEmpty());
  }

  /** The one certificate whose name is that of the key kind the report says signed it. */
  private static X509Certificate leaf(SnpReport report, List<X509Certificate> certificates)
      throws Refused {
    String wanted = "SEV-" + report.signingKey();
    var leaves = new ArrayList<X509Certificate>();
    for (X509Certificate certificate : certificates) {
      String name = SnpEndorsement.commonName(certificate.getSubjectX500Principal().getName());
      if (name.equals(wanted) && !leaves.contains(certificate)) {
        leaves.add(certificate);
      }
    }
    if (leaves.size() != 1) {
      throw new Refused(
          ATT_CHAIN_INVALID, leaves.size() + " certificates named `" + wanted + "`, not one");
    }
    return leaves.getFirst();
  }

  private static void requireNames(VerifiedChain chain, SnpEndorsement endorsement) throws Refused {
    String line = endorsement.product().line();
    boolean vcek = endorsement.key() == SnpReport.SigningKey.VCEK;
    String issuer = (vcek ? "SEV-" : "SEV-VLEK-") + line;
    List<X509Certificate> path = chain.certificates();
    if (path.size() != 3
        || !SnpEndorsement.commonName(path.get(1).getSubjectX500Principal().getName())
            .equals(issuer)
        || !SnpEndorsement.commonName(path.get(2).getSubjectX500Principal().getName())
            .equals("ARK-" + line)) {
      throw new Refused(
          ATT_CHAIN_INVALID, "path of the SNP leaf is not " + issuer + ", ARK-" + line);
    }
  }

  /** The certificate carries the reported version, not the current one. */
  private static void requireSameTcb(SnpReport report, SnpEndorsement endorsement) throws Refused {
    if (!report.reportedTcb().equals(endorsement.tcb().bytes())) {
      throw new Refused(
          ATT_ENDORSEMENT_MISMATCH,
          "reported TCB " + report.reportedTcb() + ", certificate " + endorsement.tcb().bytes());
    }
  }

  private static void requireSameChip(SnpReport report, SnpEndorsement endorsement) throws Refused {
    if (endorsement.hardwareId().isEmpty()) {
      return; // a VLEK names a provider, not a chip
    }
    Octets id = endorsement.hardwareId().get();
    Octets chip = report.chipId();
    if (!chip.slice(0, id.length()).equals(id) || !chip.slice(id.length(), 64).isZero()) {
      throw new Refused(ATT_ENDORSEMENT_MISMATCH, "chip id is not the certificate's HWID");
    }
    if (id.isZero()) {
      throw new Refused(ATT_ENDORSEMENT_MISMATCH, "chip id is masked");
    }
  }
}
