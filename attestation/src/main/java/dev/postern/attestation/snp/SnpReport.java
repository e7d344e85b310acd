package dev.postern.attestation.snp;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_CONFIGURATION;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;

/**
 * An ATTESTATION_REPORT as it stands, unverified. Integers on the wire are little-endian.
 *
 * <p>Source: AMD 56860 rev. 1.58, ATTESTATION_REPORT (table 23) and following.
 *
 * @param version 2 to 5
 * @param policy the guest policy, all 64 bits
 * @param vmpl 0..3, or 0xFFFFFFFF if the host asked for the report
 * @param platformInfo bits of the platform's state
 * @param authorKey whether an author key signed the id key
 * @param signingKey which key signed
 * @param cpuid family, model, stepping; zeros in version 2
 * @param launchMitigations zero before version 5
 * @param currentMitigations zero before version 5
 * @param signed the bytes that the signature covers
 * @param signature r then s, big-endian, 48 bytes each
 */
public record SnpReport(
    int version,
    long guestSvn,
    long policy,
    Octets familyId,
    Octets imageId,
    long vmpl,
    Octets currentTcb,
    long platformInfo,
    boolean authorKey,
    SigningKey signingKey,
    Octets reportData,
    Octets measurement,
    Octets hostData,
    Octets idKeyDigest,
    Octets authorKeyDigest,
    Octets reportId,
    Octets reportIdMa,
    Octets reportedTcb,
    Octets cpuid,
    Octets chipId,
    Octets committedTcb,
    Octets currentBuild,
    Octets committedBuild,
    Octets launchTcb,
    long launchMitigations,
    long currentMitigations,
    Octets signed,
    Octets signature) {
  /** Length of a report, in bytes. */
  public static final int BYTES = 1184;

  private static final int SIGNED_BYTES = 0x2a0;
  private static final int ECDSA_P384_SHA384 = 1;
  private static final int COMPONENT_BYTES = 72;
  private static final int WIDTH = 48;

  /** The kind of key that signed a report. */
  public enum SigningKey {
    VCEK,
    VLEK
  }

  /** Reads a report of exactly {@link #BYTES}. */
  public static SnpReport parse(byte[] bytes) throws Refused {
    if (bytes.length != BYTES) {
      throw Refused.malformed("SNP report of " + bytes.length + " bytes, not " + BYTES);
    }
    var in = new ByteCursor(bytes, "SNP report");
    long version = in.u32le();
    if (version < 2 || version > 5) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "SNP report version " + version);
    }
    long guestSvn = in.u32le();
    long policy = in.u64le();
    Octets familyId = in.octets(16);
    Octets imageId = in.octets(16);
    long vmpl = in.u32le();
    long algorithm = in.u32le();
    if (algorithm != ECDSA_P384_SHA384) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "SNP signature algorithm " + algorithm);
    }
    Octets currentTcb = in.octets(8);
    long platformInfo = in.u64le();
    long flags = in.u32le();
    SigningKey signingKey = signingKey(flags);
    in.reserved(4, "0x4C");
    Octets reportData = in.octets(64);
    Octets measurement = in.octets(48);
    Octets hostData = in.octets(32);
    Octets idKeyDigest = in.octets(48);
    Octets authorKeyDigest = in.octets(48);
    Octets reportId = in.octets(32);
    Octets reportIdMa = in.octets(32);
    Octets reportedTcb = in.octets(8);
    Octets cpuid = in.octets(3);
    if (version == 2 && !cpuid.isZero()) {
      throw Refused.malformed("SNP report: reserved 0x188 is not zero in version 2");
    }
    in.reserved(21, "0x18B");
    Octets chipId = in.octets(64);
    Octets committedTcb = in.octets(8);
    Octets currentBuild = in.octets(3);
    in.reserved(1, "0x1EB");
    Octets committedBuild = in.octets(3);
    in.reserved(1, "0x1EF");
    Octets launchTcb = in.octets(8);
    long launchMitigations = in.u64le();
    long currentMitigations = in.u64le();
    if (version < 5 && (launchMitigations != 0 || currentMitigations != 0)) {
      throw Refused.malformed("SNP report: reserved 0x1F8 is not zero before version 5");
    }
    in.reserved(152, "0x208");
    Octets signature = signature(in);
    in.reserved(BYTES - SIGNED_BYTES - 2 * COMPONENT_BYTES, "0x330");
    in.end();
    return new SnpReport(
        (int) version,
        guestSvn,
        policy,
        familyId,
        imageId,
        vmpl,
        currentTcb,
        platformInfo,
        (flags & 1) != 0,
        signingKey,
        reportData,
        measurement,
        hostData,
        idKeyDigest,
        authorKeyDigest,
        reportId,
        reportIdMa,
        reportedTcb,
        cpuid,
        chipId,
        committedTcb,
        currentBuild,
        committedBuild,
        launchTcb,
        launchMitigations,
        currentMitigations,
        Octets.copyOf(bytes, 0, SIGNED_BYTES),
        signature);
  }

  private static SigningKey signingKey(long flags) throws Refused {
    if (flags >>> 5 != 0) {
      throw Refused.malformed("SNP report: reserved bits of the flags are not zero");
    }
    if ((flags & 2) != 0) {
      throw new Refused(ATT_CONFIGURATION, "SNP chip key is masked: the report may be unsigned");
    }
    return switch ((int) (flags >>> 2) & 7) {
      case 0 -> SigningKey.VCEK;
      case 1 -> SigningKey.VLEK;
      default ->
          throw new Refused(
              ATT_EVIDENCE_UNSUPPORTED, "SNP signing key " + ((flags >>> 2) & 7) + " is unknown");
    };
  }

  /** R and S stand little-endian in 72 bytes each. */
  private static Octets signature(ByteCursor in) throws Refused {
    byte[] joined = new byte[2 * WIDTH];
    for (int component = 0; component < 2; component++) {
      byte[] littleEndian = in.bytes(COMPONENT_BYTES);
      for (int i = WIDTH; i < COMPONENT_BYTES; i++) {
        if (littleEndian[i] != 0) {
          throw new Refused(ATT_SIG_INVALID, "SNP signature component is longer than 48 bytes");
        }
      }
      for (int i = 0; i < WIDTH; i++) {
        joined[component * WIDTH + i] = littleEndian[WIDTH - 1 - i];
      }
    }
    return Octets.copyOf(joined);
  }
}
