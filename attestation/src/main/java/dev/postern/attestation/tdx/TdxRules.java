package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CONFIGURATION;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.json.JsonValue.JsonArray;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is accepted of a genuine quote before any policy is asked. Every field has a value.
 *
 * @param statuses TCB statuses taken; OutOfDate and Revoked ones cannot be named
 * @param lowestEvaluationNumber least tcbEvaluationDataNumber of the collateral; 0 asks for none,
 *     and the result then says so
 * @param allowDebug TDATTRIBUTES bits 0-7
 * @param allowMigration TDATTRIBUTES bit 29
 * @param requireSeptVeDisable TDATTRIBUTES bit 28 must be set
 * @param serviceTds values of MRSERVICETD that may act on the TD; zero (none) is always taken
 */
public record TdxRules(
    Set<TcbStatus> statuses,
    long lowestEvaluationNumber,
    boolean allowDebug,
    boolean allowMigration,
    boolean requireSeptVeDisable,
    Set<Octets> serviceTds) {
  private static final Set<TcbStatus> NEVER =
      EnumSet.of(
          TcbStatus.OUT_OF_DATE, TcbStatus.OUT_OF_DATE_CONFIGURATION_NEEDED, TcbStatus.REVOKED);

  /** UpToDate only; no debugging, no migration, no service TD. */
  public static final TdxRules SAFE =
      new TdxRules(Set.of(TcbStatus.UP_TO_DATE), 0, false, false, false, Set.of());

  private static final long DEBUG_BITS = 0xff;
  private static final int SEPT_VE_DISABLE = 28;
  private static final int MIGRATABLE = 29;
  private static final int PKS = 30;
  private static final int KL = 31;
  private static final int PERFMON = 63;
  private static final long KNOWN_ATTRIBUTES =
      DEBUG_BITS | 1L << SEPT_VE_DISABLE | 1L << MIGRATABLE | 1L << PKS | 1L << KL | 1L << PERFMON;
  private static final long XFAM_REQUIRED = 3;
  private static final long XFAM_ALLOWED = 0x6dbe7;

  public TdxRules {
    statuses = Set.copyOf(statuses);
    serviceTds = Set.copyOf(serviceTds);
    for (TcbStatus status : statuses) {
      if (NEVER.contains(status)) {
        throw new IllegalArgumentException("TCB status " + status.word() + " is never accepted");
      }
    }
  }

  /** The facts of a quote that these rules accept. */
  public EvidenceFacts appraise(VerifiedTdxQuote verified) throws Refused {
    if (!statuses.contains(verified.status())) {
      throw new Refused(
          ATT_TCB_OUTDATED,
          "TDX TCB status " + verified.status().word() + " " + verified.advisories());
    }
    if (verified.evaluationNumber() < lowestEvaluationNumber) {
      throw new Refused(
          ATT_TCB_OUTDATED, "TDX evaluation data number " + verified.evaluationNumber());
    }
    TdReport body = verified.quote().body();
    requireAttributes(body);
    if (!body.seamAttributes().isZero()) {
      throw new Refused(ATT_CONFIGURATION, "SEAMATTRIBUTES are not zero");
    }
    if (body.mrServiceTd().isPresent()
        && !body.mrServiceTd().get().isZero()
        && !serviceTds.contains(body.mrServiceTd().get())) {
      throw new Refused(ATT_CONFIGURATION, "a service TD is bound to the TD");
    }
    return facts(verified, body);
  }

  private void requireAttributes(TdReport body) throws Refused {
    long attributes = body.tdAttributes();
    if ((attributes & DEBUG_BITS) != 0 && !allowDebug) {
      throw new Refused(ATT_DEBUG_ENABLED, "TDATTRIBUTES allow debugging");
    }
    if ((attributes & ~KNOWN_ATTRIBUTES) != 0) {
      throw new Refused(ATT_CONFIGURATION, "TDATTRIBUTES have unknown bits");
    }
    if (bit(attributes, MIGRATABLE) && !allowMigration) {
      throw new Refused(ATT_CONFIGURATION, "TDATTRIBUTES allow migration");
    }
    if (!bit(attributes, SEPT_VE_DISABLE) && requireSeptVeDisable) {
      throw new Refused(ATT_CONFIGURATION, "TDATTRIBUTES lack SEPT_VE_DISABLE");
    }
    if ((body.xfam() & XFAM_REQUIRED) != XFAM_REQUIRED || (body.xfam() & ~XFAM_ALLOWED) != 0) {
      throw new Refused(ATT_CONFIGURATION, "XFAM 0x" + Long.toHexString(body.xfam()));
    }
  }

  private EvidenceFacts facts(VerifiedTdxQuote verified, TdReport body) {
    var measurements = new LinkedHashMap<String, String>();
    measurements.put("mrtd", body.mrTd().hex());
    for (int i = 0; i < body.rtmrs().size(); i++) {
      measurements.put("rtmr" + i, body.rtmrs().get(i).hex());
    }
    measurements.put("mrconfigid", body.mrConfigId().hex());
    measurements.put("mrowner", body.mrOwner().hex());
    measurements.put("mrownerconfig", body.mrOwnerConfig().hex());
    measurements.put("mrseam", body.mrSeam().hex());
    body.mrServiceTd().ifPresent(value -> measurements.put("mrservicetd", value.hex()));

    boolean septVeDisable = bit(body.tdAttributes(), SEPT_VE_DISABLE);
    var claims =
        new Claims()
            .put("format", "tdx")
            .put("version", verified.quote().version())
            .put("tcb_status", verified.status().word())
            .put("advisory_ids", JsonArray.ofStrings(verified.advisories()))
            .put("tcb_evaluation_data_number", verified.evaluationNumber())
            .put("collateral_current_until", verified.currentUntil().toString())
            .put("fmspc", verified.fmspc())
            .put("tee_tcb_svn", body.teeTcbSvn())
            .put("td_attributes", "0x" + Long.toHexString(body.tdAttributes()))
            .put("debug", (body.tdAttributes() & DEBUG_BITS) != 0)
            .put("sept_ve_disable", septVeDisable)
            .put("migratable", bit(body.tdAttributes(), MIGRATABLE))
            .put("xfam", "0x" + Long.toHexString(body.xfam()))
            .put("mrsignerseam", body.mrSignerSeam())
            .put("report_data", body.reportData());
    body.teeTcbSvn2().ifPresent(value -> claims.put("tee_tcb_svn_2", value));
    measurements.forEach(claims::put);

    var tcb = new LinkedHashMap<String, Long>();
    tcb.put("tdx_module_svn", (long) body.teeTcbSvn().at(0));
    tcb.put("tdx_module_version", (long) body.teeTcbSvn().at(1));
    tcb.put("evaluation_number", verified.evaluationNumber());
    List<String> unchecked = new ArrayList<>();
    if (lowestEvaluationNumber == 0) {
      unchecked.add("minimum_tcb_evaluation_data_number");
    }
    if (!septVeDisable) {
      unchecked.add("sept_ve_disable");
    }
    return new EvidenceFacts(
        "tdx",
        measurements,
        Map.copyOf(tcb),
        Optional.of(verified.status().word()),
        Optional.of(body.reportData()),
        Optional.empty(),
        Optional.empty(),
        claims.toJson(),
        unchecked);
  }

  private static boolean bit(long bits, int index) {
    return (bits >>> index & 1) != 0;
  }
}
