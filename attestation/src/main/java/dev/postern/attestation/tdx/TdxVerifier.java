package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_ENDORSEMENT_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;

import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.ChainRules;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Remembered;
import dev.postern.attestation.x509.Revocation;
import dev.postern.attestation.x509.VerifiedChain;
import dev.postern.attestation.x509.X509Reader;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers whether a quote is Intel's word about one platform, and which TCB status Intel gives it.
 *
 * <p>Order: the PCK's path to Intel's root, revocation of every certificate on it, QE report by the
 * PCK, attestation key by the QE report, quote by the attestation key, collateral by Intel's TCB
 * signing key under the same root, then identities and levels. Collateral that was verified is
 * remembered by its bytes; its dates are checked every time.
 */
public final class TdxVerifier {
  private static final ChainRules RULES =
      new ChainRules("Intel SGX", 3, Set.of(ChainRules.ECDSA_SHA256), true);
  private static final String PLATFORM_CA = "CN=Intel SGX PCK Platform CA";
  private static final String PROCESSOR_CA = "CN=Intel SGX PCK Processor CA";
  private static final String TCB_SIGNING = "CN=Intel SGX TCB Signing";

  private final Pins pins;
  private final ChainVerifier chains;
  private final Revocation revocation;
  private final Remembered<Boolean> signed = new Remembered<>(128);

  public TdxVerifier(Pins pins, ChainVerifier chains, Revocation revocation) {
    this.pins = pins;
    this.chains = chains;
    this.revocation = revocation;
  }

  /** Verifies a quote with its collateral at {@code at}. */
  public VerifiedTdxQuote verify(TdxQuote quote, TdxCollateral collateral, Instant at)
      throws Refused {
    VerifiedChain pck = pckChain(quote, collateral, at);
    revocation.require(pck.root(), List.of(pck.issuer()), collateral.crls(), at);
    revocation.require(pck.issuer(), List.of(pck.leaf()), collateral.crls(), at);
    requireQuoteSignatures(quote, pck.leaf());

    PckExtension platform = PckExtension.parse(pck.leaf());
    TcbInfo tcbInfo = tcbInfo(collateral, platform, pck.root(), at);
    QeIdentity qeIdentity = qeIdentity(collateral, pck.root(), at);
    qeIdentity.require(quote.qeReport());
    return appraise(quote, tcbInfo, qeIdentity, platform);
  }

  /** The newest current TCB info of this kind of platform that Intel signed. */
  private TcbInfo tcbInfo(
      TdxCollateral collateral, PckExtension platform, X509Certificate root, Instant at)
      throws Refused {
    Optional<TcbInfo> newest = Optional.empty();
    Refused why = new Refused(ATT_COLLATERAL_MISSING, "no TDX TCB info was given");
    for (SignedJson document : collateral.tcbInfos()) {
      try {
        requireIntelSigned(document, "TCB info", collateral, root, at);
        TcbInfo info = TcbInfo.parse(document);
        if (!info.fmspc().equals(platform.fmspc()) || !info.pceId().equals(platform.pceId())) {
          if (why.reason() == ATT_COLLATERAL_MISSING) {
            why =
                new Refused(
                    ATT_COLLATERAL_INVALID,
                    "TCB info is of FMSPC "
                        + info.fmspc()
                        + ", the platform of "
                        + platform.fmspc());
          }
          continue;
        }
        info.validity().require(at, "TCB info");
        if (newest.isEmpty() || newest.get().validity().isBefore(info.validity())) {
          newest = Optional.of(info);
        }
      } catch (Refused refused) {
        why = refused;
      }
    }
    if (newest.isEmpty()) {
      throw why;
    }
    return newest.get();
  }

  /** The newest current QE identity that Intel signed. */
  private QeIdentity qeIdentity(TdxCollateral collateral, X509Certificate root, Instant at)
      throws Refused {
    Optional<QeIdentity> newest = Optional.empty();
    Refused why = new Refused(ATT_COLLATERAL_MISSING, "no QE identity was given");
    for (SignedJson document : collateral.qeIdentities()) {
      try {
        requireIntelSigned(document, "QE identity", collateral, root, at);
        QeIdentity identity = QeIdentity.parse(document);
        identity.validity().require(at, "QE identity");
        if (newest.isEmpty() || newest.get().validity().isBefore(identity.validity())) {
          newest = Optional.of(identity);
        }
      } catch (Refused refused) {
        why = refused;
      }
    }
    if (newest.isEmpty()) {
      throw why;
    }
    return newest.get();
  }

  private VerifiedChain pckChain(TdxQuote quote, TdxCollateral collateral, Instant at)
      throws Refused {
    List<X509Certificate> certificates =
        X509Reader.certificates(quote.pckChain().toByteArray(), "PCK chain");
    var leaves = new ArrayList<X509Certificate>();
    for (X509Certificate certificate : certificates) {
      if (certificate.getBasicConstraints() < 0) {
        leaves.add(certificate);
      }
    }
    if (leaves.size() != 1) {
      throw new Refused(ATT_CHAIN_INVALID, "PCK chain has " + leaves.size() + " leaves, not one");
    }
    var pool = new LinkedHashSet<>(certificates);
    pool.addAll(collateral.issuers());
    VerifiedChain chain =
        chains.verify(leaves.getFirst(), pool, pins.of(Pins.Root.INTEL_SGX), RULES, at);
    String issuer = chain.issuer().getSubjectX500Principal().getName();
    if (chain.certificates().size() != 3
        || !(names(issuer, PLATFORM_CA) || names(issuer, PROCESSOR_CA))) {
      throw new Refused(ATT_CHAIN_INVALID, "PCK was not issued by a PCK CA: `" + issuer + "`");
    }
    return chain;
  }

  private static void requireQuoteSignatures(TdxQuote quote, X509Certificate pck) throws Refused {
    Ecdsa.P256.require(
        pck.getPublicKey(),
        quote.qeReport().raw().toByteArray(),
        quote.qeSignature().toByteArray(),
        "QE report");
    Octets key = quote.attestationKey();
    Octets bound = Hashes.SHA256.of(key.toByteArray(), quote.qeAuthData().toByteArray());
    Octets reportData = quote.qeReport().reportData();
    if (!reportData.slice(0, 32).equals(bound) || !reportData.slice(32, 64).isZero()) {
      throw new Refused(ATT_SIG_INVALID, "QE report does not vouch for the attestation key");
    }
    Ecdsa.P256.require(
        Ecdsa.P256.key(key.slice(0, 32), key.slice(32, 64), "attestation key"),
        quote.signed().toByteArray(),
        quote.signature().toByteArray(),
        "TDX quote");
  }

  /**
   * Requires that Intel's TCB signing key, under the same root as the PCK, signed a document. Intel
   * re-issued that certificate for the same key, so each one given is tried.
   */
  private void requireIntelSigned(
      SignedJson document, String what, TdxCollateral collateral, X509Certificate root, Instant at)
      throws Refused {
    Refused last = new Refused(ATT_COLLATERAL_MISSING, what + ": no TCB signing certificate");
    for (X509Certificate signer : new LinkedHashSet<>(collateral.issuers())) {
      if (!names(signer.getSubjectX500Principal().getName(), TCB_SIGNING)) {
        continue;
      }
      try {
        VerifiedChain chain =
            chains.verify(signer, collateral.issuers(), pins.of(Pins.Root.INTEL_SGX), RULES, at);
        if (chain.certificates().size() != 2
            || !chain.root().getPublicKey().equals(root.getPublicKey())) {
          throw new Refused(ATT_CHAIN_INVALID, what + ": TCB signing is not under the PCK's root");
        }
        revocation.require(chain.root(), List.of(signer), collateral.crls(), at);
        requireSignature(document, signer, what);
        return;
      } catch (Refused refused) {
        last = refused;
      }
    }
    throw last;
  }

  private void requireSignature(SignedJson document, X509Certificate signer, String what)
      throws Refused {
    byte[] text = document.text().toByteArray();
    byte[] signature = document.signature().toByteArray();
    Octets identity = Hashes.SHA256.of(signer.getPublicKey().getEncoded(), signature, text);
    if (signed.get(identity) != null) {
      return;
    }
    try {
      Ecdsa.P256.require(signer.getPublicKey(), text, signature, what);
    } catch (Refused refused) {
      throw new Refused(ATT_COLLATERAL_INVALID, refused.detail());
    }
    signed.put(identity, true);
  }

  private static VerifiedTdxQuote appraise(
      TdxQuote quote, TcbInfo tcbInfo, QeIdentity qeIdentity, PckExtension platform)
      throws Refused {
    Octets svn = quote.body().teeTcbSvn();
    int moduleVersion = svn.at(1);
    TcbInfo.Level level = platformLevel(tcbInfo, platform, svn, moduleVersion == 0 ? 0 : 2);
    TcbStatus status = level.status();
    var advisories = new LinkedHashSet<>(level.advisories());

    TcbInfo.ModuleIdentity module = tcbInfo.module();
    if (moduleVersion != 0) {
      module = moduleOf(tcbInfo, moduleVersion);
      TcbInfo.SvnLevel moduleLevel = levelOf(module.levels(), svn.at(0), "TDX module");
      status = status.convergedWith(moduleLevel.status());
      advisories.addAll(moduleLevel.advisories());
    }
    if (!quote.body().mrSignerSeam().equals(module.mrSigner())) {
      throw new Refused(ATT_ENDORSEMENT_MISMATCH, "MRSIGNERSEAM is not the TDX module's signer");
    }
    QeIdentity.requireMasked(
        quote.body().seamAttributes(),
        module.attributes(),
        module.attributesMask(),
        "SEAMATTRIBUTES");

    TcbInfo.SvnLevel qeLevel = levelOf(qeIdentity.levels(), quote.qeReport().isvSvn(), "QE");
    status = status.convergedWith(qeLevel.status());
    advisories.addAll(qeLevel.advisories());
    Instant tcbEnd = tcbInfo.validity().nextUpdate();
    Instant qeEnd = qeIdentity.validity().nextUpdate();
    return new VerifiedTdxQuote(
        quote,
        platform.fmspc(),
        status,
        new ArrayList<>(advisories),
        Math.min(tcbInfo.evaluationNumber(), qeIdentity.evaluationNumber()),
        tcbEnd.isBefore(qeEnd) ? tcbEnd : qeEnd);
  }

  /**
   * The first level whose every component the platform reaches. With a module version of its own,
   * TDX components 0 and 1 belong to the module and are judged by its identity.
   */
  private static TcbInfo.Level platformLevel(
      TcbInfo tcbInfo, PckExtension platform, Octets teeTcbSvn, int firstTdx) throws Refused {
    for (TcbInfo.Level level : tcbInfo.levels()) {
      boolean reached = platform.pceSvn() >= level.pceSvn();
      for (int i = 0; i < 16; i++) {
        reached &= platform.components().get(i) >= level.sgx().get(i);
        reached &= i < firstTdx || teeTcbSvn.at(i) >= level.tdx().get(i);
      }
      if (reached) {
        return level;
      }
    }
    throw new Refused(ATT_TCB_OUTDATED, "platform reaches no TCB level of Intel's");
  }

  private static TcbInfo.ModuleIdentity moduleOf(TcbInfo tcbInfo, int version) throws Refused {
    String id = String.format(java.util.Locale.ROOT, "TDX_%02X", version);
    TcbInfo.@Nullable ModuleIdentity found = null;
    for (TcbInfo.ModuleIdentity identity : tcbInfo.modules()) {
      if (identity.id().equalsIgnoreCase(id)) {
        if (found != null) {
          throw new Refused(ATT_COLLATERAL_INVALID, "TCB info has " + id + " twice");
        }
        found = identity;
      }
    }
    if (found == null) {
      throw new Refused(ATT_TCB_OUTDATED, "TCB info knows no TDX module " + id);
    }
    return found;
  }

  private static TcbInfo.SvnLevel levelOf(List<TcbInfo.SvnLevel> levels, int isvSvn, String what)
      throws Refused {
    Optional<TcbInfo.SvnLevel> level = TcbInfo.SvnLevel.of(levels, isvSvn);
    if (level.isEmpty()) {
      throw new Refused(ATT_TCB_OUTDATED, what + " version " + isvSvn + " reaches no level");
    }
    return level.get();
  }

  /** Whether an RFC 2253 name has {@code rdn} as one of its parts. */
  private static boolean names(String rfc2253, String rdn) {
    for (String part : rfc2253.split(",", -1)) {
      if (part.equals(rdn)) {
        return true;
      }
    }
    return false;
  }
}
