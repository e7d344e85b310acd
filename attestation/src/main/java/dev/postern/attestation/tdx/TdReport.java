package dev.postern.attestation.tdx;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The body of a TDX quote, unverified.
 *
 * <p>Source: Intel TDX DCAP Quoting Library API rev. 0.9, A.3.2 (TD 1.0) and A.3.3 (TD 1.5).
 *
 * @param teeTcbSvn 16 components at the TD's launch
 * @param tdAttributes 8 bytes as they stand
 * @param xfam 8 bytes, little-endian, all 64 bits
 * @param rtmrs RTMR0 to RTMR3
 * @param teeTcbSvn2 16 components now; TD 1.5 only
 * @param mrServiceTd the bound service TDs; TD 1.5 only
 */
public record TdReport(
    Octets teeTcbSvn,
    Octets mrSeam,
    Octets mrSignerSeam,
    Octets seamAttributes,
    long tdAttributes,
    long xfam,
    Octets mrTd,
    Octets mrConfigId,
    Octets mrOwner,
    Octets mrOwnerConfig,
    List<Octets> rtmrs,
    Octets reportData,
    Optional<Octets> teeTcbSvn2,
    Optional<Octets> mrServiceTd) {
  static final int BYTES_1_0 = 584;
  static final int BYTES_1_5 = 648;

  private static final int MEASUREMENT = 48;

  public TdReport {
    rtmrs = List.copyOf(rtmrs);
  }

  static TdReport parse(ByteCursor in, boolean td15) throws Refused {
    Octets teeTcbSvn = in.octets(16);
    Octets mrSeam = in.octets(MEASUREMENT);
    Octets mrSignerSeam = in.octets(MEASUREMENT);
    Octets seamAttributes = in.octets(8);
    long tdAttributes = in.u64le();
    long xfam = in.u64le();
    Octets mrTd = in.octets(MEASUREMENT);
    Octets mrConfigId = in.octets(MEASUREMENT);
    Octets mrOwner = in.octets(MEASUREMENT);
    Octets mrOwnerConfig = in.octets(MEASUREMENT);
    var rtmrs = new ArrayList<Octets>();
    for (int i = 0; i < 4; i++) {
      rtmrs.add(in.octets(MEASUREMENT));
    }
    Octets reportData = in.octets(64);
    Optional<Octets> teeTcbSvn2 = td15 ? Optional.of(in.octets(16)) : Optional.empty();
    Optional<Octets> mrServiceTd = td15 ? Optional.of(in.octets(MEASUREMENT)) : Optional.empty();
    in.end();
    return new TdReport(
        teeTcbSvn,
        mrSeam,
        mrSignerSeam,
        seamAttributes,
        tdAttributes,
        xfam,
        mrTd,
        mrConfigId,
        mrOwner,
        mrOwnerConfig,
        rtmrs,
        reportData,
        teeTcbSvn2,
        mrServiceTd);
  }
}
