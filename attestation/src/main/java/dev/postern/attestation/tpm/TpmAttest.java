package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.List;

/**
 * A TPMS_ATTEST as it stands, unverified: a quote over PCRs or the certification of a key.
 *
 * <p>The magic number is checked: with a restricted key only a TPM signs structures that start so.
 *
 * <p>Source: TPM 2.0 Library part 2, §10.12.
 *
 * @param raw all of it, what the signature is over
 */
public record TpmAttest(
    Octets raw,
    Octets qualifiedSigner,
    Octets extraData,
    long clock,
    long resetCount,
    long restartCount,
    boolean safe,
    long firmwareVersion,
    Attested attested) {
  private static final long MAGIC = 0xff544347L;
  private static final int TYPE_CERTIFY = 0x8017;
  private static final int TYPE_QUOTE = 0x8018;
  private static final int MAX_BYTES = 4096;
  private static final int MAX_NAME = 66;
  private static final int MAX_EXTRA_DATA = 64;
  private static final int MAX_BANKS = 8;

  /** What was attested. */
  public sealed interface Attested {
    /** PCR values, by their digest. */
    record Quote(List<Selection> selections, Octets pcrDigest) implements Attested {
      public Quote {
        selections = List.copyOf(selections);
      }
    }

    /** A loaded key, by its name. */
    record Certify(Octets name, Octets qualifiedName) implements Attested {}
  }

  /**
   * PCRs of one bank.
   *
   * @param hashAlgorithm TPM_ALG_ID of the bank
   * @param pcrs indexes, ascending
   */
  public record Selection(int hashAlgorithm, List<Integer> pcrs) {
    public Selection {
      pcrs = List.copyOf(pcrs);
    }
  }

  public static TpmAttest parse(byte[] bytes) throws Refused {
    if (bytes.length > MAX_BYTES) {
      throw Refused.malformed("TPMS_ATTEST longer than " + MAX_BYTES + " bytes");
    }
    var in = new ByteCursor(bytes, "TPMS_ATTEST");
    if (in.u32be() != MAGIC) {
      throw Refused.malformed("TPMS_ATTEST does not start with TPM_GENERATED_VALUE");
    }
    int type = in.u16be();
    Octets qualifiedSigner = sized(in, MAX_NAME, "qualifiedSigner");
    Octets extraData = sized(in, MAX_EXTRA_DATA, "extraData");
    long clock = in.u64be();
    long resetCount = in.u32be();
    long restartCount = in.u32be();
    int safe = in.u8();
    if (safe > 1) {
      throw Refused.malformed("TPMS_ATTEST safe is neither yes nor no");
    }
    long firmwareVersion = in.u64be();
    Attested attested =
        switch (type) {
          case TYPE_QUOTE -> quote(in);
          case TYPE_CERTIFY ->
              new Attested.Certify(
                  sized(in, MAX_NAME, "name"), sized(in, MAX_NAME, "qualifiedName"));
          default ->
              throw new Refused(
                  ATT_EVIDENCE_UNSUPPORTED, "TPMS_ATTEST type 0x" + Integer.toHexString(type));
        };
    in.end();
    return new TpmAttest(
        Octets.copyOf(bytes),
        qualifiedSigner,
        extraData,
        clock,
        resetCount,
        restartCount,
        safe == 1,
        firmwareVersion,
        attested);
  }

  private static Attested quote(ByteCursor in) throws Refused {
    long count = in.u32be();
    if (count < 1 || count > MAX_BANKS) {
      throw Refused.malformed("TPM quote selects " + count + " banks");
    }
    var selections = new ArrayList<Selection>();
    for (int i = 0; i < count; i++) {
      int algorithm = in.u16be();
      int size = in.u8();
      if (size > 8) {
        throw Refused.malformed("TPM PCR selection of " + size + " bytes");
      }
      byte[] bitmap = in.bytes(size);
      var pcrs = new ArrayList<Integer>();
      for (int pcr = 0; pcr < size * 8; pcr++) {
        if ((bitmap[pcr / 8] >>> (pcr % 8) & 1) != 0) {
          pcrs.add(pcr);
        }
      }
      selections.add(new Selection(algorithm, pcrs));
    }
    return new Attested.Quote(selections, sized(in, 64, "pcrDigest"));
  }

  /** A TPM2B: 16 bits of length, then as many bytes. */
  static Octets sized(ByteCursor in, int limit, String field) throws Refused {
    int length = in.u16be();
    if (length > limit) {
      throw Refused.malformed("TPM " + field + " longer than " + limit + " bytes");
    }
    return in.octets(length);
  }
}
