package dev.postern.attestation.snp;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CONFIGURATION;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is accepted of a genuine report before any policy is asked. Every field has a value: there
 * is no "not checked because not set".
 *
 * @param products taken
 * @param highestVmpl least privileged level that may have asked for the report
 * @param allowDebug guest policy bit 19
 * @param allowMigration guest policy bit 18 and a migration agent's report id
 * @param allowSmt whether the platform may run with SMT on
 * @param minimumTcb least reported, committed and launch versions by component; an empty map asks
 *     for none, and the result then says so
 * @param knownPlatformBits bits of PLATFORM_INFO that may be set
 */
public record SnpRules(
    Set<SnpProduct> products,
    int highestVmpl,
    boolean allowDebug,
    boolean allowMigration,
    boolean allowSmt,
    Map<String, Long> minimumTcb,
    long knownPlatformBits) {
  /** SMT, TSME, ECC, RAPL off, ciphertext hiding, alias check, TIO. */
  public static final long KNOWN_PLATFORM_BITS = 0b1011_1111;

  /** No debugging, no migration, VMPL 0, every product, no minimum TCB of its own. */
  public static final SnpRules SAFE =
      new SnpRules(
          Set.of(SnpProduct.values()), 0, false, false, true, Map.of(), KNOWN_PLATFORM_BITS);

  private static final int POLICY_SMT = 16;
  private static final int POLICY_RESERVED_ONE = 17;
  private static final int POLICY_MIGRATE_MA = 18;
  private static final int POLICY_DEBUG = 19;
  private static final int POLICY_FIRST_RESERVED = 26;
  private static final long HOST_VMPL = 0xffffffffL;
  private static final int PLATFORM_SMT = 0;

  public SnpRules {
    products = Set.copyOf(products);
    minimumTcb = Map.copyOf(minimumTcb);
  }

  /** The facts of a report that these rules accept. */
  public EvidenceFacts appraise(VerifiedSnpReport verified) throws Refused {
    SnpReport report = verified.report();
    SnpProduct product = verified.endorsement().product();
    if (!products.contains(product)) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "SNP product " + product.line());
    }
    requireGuestPolicy(report.policy());
    requireGuest(report);
    var reported = new SnpTcb(product, report.reportedTcb());
    requireTcb(report, product, reported);
    return facts(verified, reported);
  }

  private void requireGuestPolicy(long policy) throws Refused {
    if (policy >>> POLICY_FIRST_RESERVED != 0 || !bit(policy, POLICY_RESERVED_ONE)) {
      throw new Refused(ATT_CONFIGURATION, "SNP guest policy has unknown bits");
    }
    if (bit(policy, POLICY_DEBUG) && !allowDebug) {
      throw new Refused(ATT_DEBUG_ENABLED, "SNP guest policy allows debugging");
    }
    if (bit(policy, POLICY_MIGRATE_MA) && !allowMigration) {
      throw new Refused(ATT_CONFIGURATION, "SNP guest policy allows a migration agent");
    }
    if (bit(policy, POLICY_SMT) && !allowSmt) {
      throw new Refused(ATT_CONFIGURATION, "SNP guest policy allows SMT");
    }
  }

  private void requireGuest(SnpReport report) throws Refused {
    if (report.vmpl() == HOST_VMPL) {
      throw new Refused(ATT_CONFIGURATION, "the host, not the guest, asked for the SNP report");
    }
    if (report.vmpl() > highestVmpl) {
      throw new Refused(ATT_CONFIGURATION, "SNP report of VMPL " + report.vmpl());
    }
    if ((report.platformInfo() & ~knownPlatformBits) != 0) {
      throw new Refused(
          ATT_CONFIGURATION,
          "SNP platform info 0x" + Long.toHexString(report.platformInfo()) + " has unknown bits");
    }
    if (bit(report.platformInfo(), PLATFORM_SMT) && !allowSmt) {
      throw new Refused(ATT_CONFIGURATION, "SMT is on");
    }
    if (!allowMigration && !isAllOnes(report.reportIdMa())) {
      throw new Refused(ATT_CONFIGURATION, "SNP guest has a migration agent");
    }
  }

  private void requireTcb(SnpReport report, SnpProduct product, SnpTcb reported) throws Refused {
    var committed = new SnpTcb(product, report.committedTcb());
    var current = new SnpTcb(product, report.currentTcb());
    if (!committed.isAtLeast(reported) || !current.isAtLeast(committed)) {
      throw new Refused(ATT_TCB_OUTDATED, "SNP TCBs are not reported <= committed <= current");
    }
    var versions = new LinkedHashMap<String, SnpTcb>();
    versions.put("reported", reported);
    versions.put("committed", committed);
    versions.put("launch", new SnpTcb(product, report.launchTcb()));
    for (Map.Entry<String, SnpTcb> version : versions.entrySet()) {
      Map<String, Long> components = version.getValue().components();
      for (Map.Entry<String, Long> minimum : minimumTcb.entrySet()) {
        Long actual = components.get(minimum.getKey());
        if (actual == null || actual < minimum.getValue()) {
          throw new Refused(
              ATT_TCB_OUTDATED,
              "SNP "
                  + version.getKey()
                  + " "
                  + minimum.getKey()
                  + " is "
                  + actual
                  + ", at least "
                  + minimum.getValue()
                  + " is required");
        }
      }
    }
  }

  private EvidenceFacts facts(VerifiedSnpReport verified, SnpTcb reported) {
    SnpReport report = verified.report();
    SnpProduct product = reported.product();
    var policy =
        new Claims()
            .put("abi_major", report.policy() >>> 8 & 0xff)
            .put("abi_minor", report.policy() & 0xff)
            .put("smt", bit(report.policy(), POLICY_SMT))
            .put("migrate_ma", bit(report.policy(), POLICY_MIGRATE_MA))
            .put("debug", bit(report.policy(), POLICY_DEBUG))
            .put("single_socket", bit(report.policy(), 20))
            .put("cxl", bit(report.policy(), 21))
            .put("mem_aes_256_xts", bit(report.policy(), 22))
            .put("rapl_disabled", bit(report.policy(), 23))
            .put("ciphertext_hiding", bit(report.policy(), 24))
            .put("page_swap_disabled", bit(report.policy(), 25));
    var claims =
        new Claims()
            .put("format", "sev-snp")
            .put("version", report.version())
            .put("product", product.line())
            .put("signing_key", report.signingKey().name())
            .put("guest_svn", report.guestSvn())
            .put("policy_raw", "0x" + Long.toHexString(report.policy()))
            .put("policy", policy.toJson())
            .put("debug", bit(report.policy(), POLICY_DEBUG))
            .put("vmpl", report.vmpl())
            .put("platform_info", "0x" + Long.toHexString(report.platformInfo()))
            .put("measurement", report.measurement())
            .put("report_data", report.reportData())
            .put("host_data", report.hostData())
            .put("family_id", report.familyId())
            .put("image_id", report.imageId())
            .put("id_key_digest", report.idKeyDigest())
            .put("author_key_enabled", report.authorKey())
            .put("author_key_digest", report.authorKeyDigest())
            .put("report_id", report.reportId())
            .put("chip_id", report.chipId())
            .putAll("reported_tcb", reported.components())
            .putAll("committed_tcb", new SnpTcb(product, report.committedTcb()).components())
            .putAll("current_tcb", new SnpTcb(product, report.currentTcb()).components())
            .putAll("launch_tcb", new SnpTcb(product, report.launchTcb()).components())
            .put("current_build", build(report.currentBuild()))
            .put("committed_build", build(report.committedBuild()))
            .put("certificate_not_after", verified.chain().notAfter().toString());
    verified.endorsement().cspId().ifPresent(csp -> claims.put("csp_id", csp));
    if (report.version() >= 5) {
      claims
          .put("launch_mitigations", "0x" + Long.toHexString(report.launchMitigations()))
          .put("current_mitigations", "0x" + Long.toHexString(report.currentMitigations()));
    }
    var measurements = new LinkedHashMap<String, String>();
    measurements.put("measurement", report.measurement().hex());
    measurements.put("host_data", report.hostData().hex());
    measurements.put("id_key_digest", report.idKeyDigest().hex());
    measurements.put("author_key_digest", report.authorKeyDigest().hex());
    measurements.put("family_id", report.familyId().hex());
    measurements.put("image_id", report.imageId().hex());
    var unchecked = new ArrayList<String>();
    if (!verified.revocationChecked()) {
      unchecked.add("revocation");
    }
    if (minimumTcb.isEmpty()) {
      unchecked.add("minimum_tcb");
    }
    return new EvidenceFacts(
        "sev-snp",
        measurements,
        reported.components(),
        Optional.empty(),
        Optional.of(report.reportData()),
        Optional.empty(),
        Optional.empty(),
        claims.toJson(),
        unchecked);
  }

  /** Build, minor, major, as they stand. */
  private static String build(Octets version) {
    return version.at(2) + "." + version.at(1) + "." + version.at(0);
  }

  private static boolean isAllOnes(Octets value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.at(i) != 0xff) {
        return false;
      }
    }
    return true;
  }

  private static boolean bit(long bits, int index) {
    return (bits >>> index & 1) != 0;
  }
}
