package dev.postern.attestation.evidence.cli;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_NONCE_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_REPORT_DATA_MISMATCH;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a person checking Evidence by hand expects in it. What is not given is named in {@link
 * EvidenceFacts#unchecked}.
 *
 * @param nonce the challenge. Where the family has a field for it, the whole field. In 64 bytes of
 *     report data: all of it, or its start with zeros behind, or SHA-256 of it in the second half
 * @param reportData SNP, TDX: all 64 bytes; fewer are taken with zeros behind
 */
public record Expectations(Optional<Octets> nonce, Optional<Octets> reportData) {
  private static final int REPORT_DATA = 64;

  /** Nothing expected. */
  public static final Expectations NONE = new Expectations(Optional.empty(), Optional.empty());

  EvidenceFacts require(EvidenceFacts facts) throws Refused {
    var unchecked = new ArrayList<>(facts.unchecked());
    if (reportData.isPresent()) {
      if (facts.reportData().isEmpty() || !padded(reportData.get()).equals(facts.reportData())) {
        throw new Refused(ATT_REPORT_DATA_MISMATCH, "report data is not the value expected");
      }
    } else if (facts.reportData().isPresent()) {
      unchecked.add("report_data");
    }
    if (nonce.isPresent()) {
      requireNonce(facts, nonce.get());
    } else if (reportData.isEmpty()) {
      unchecked.add("nonce");
    }
    unchecked.add("measurements");
    return facts.withUnchecked(unchecked);
  }

  private static void requireNonce(EvidenceFacts facts, Octets expected) throws Refused {
    boolean holds;
    if (facts.reportData().isPresent()) {
      Octets data = facts.reportData().get();
      holds =
          padded(expected).equals(facts.reportData())
              || data.slice(32, REPORT_DATA).equals(Hashes.SHA256.of(expected.toByteArray()));
    } else {
      holds = facts.nonce().equals(Optional.of(expected));
    }
    if (!holds) {
      throw new Refused(ATT_NONCE_MISMATCH, "the nonce is not the one expected");
    }
  }

  /** Empty if it is longer than report data, or empty itself. */
  private static Optional<Octets> padded(Octets value) {
    return value.length() == 0 || value.length() > REPORT_DATA
        ? Optional.empty()
        : Optional.of(Octets.copyOf(Arrays.copyOf(value.toByteArray(), REPORT_DATA)));
  }
}
