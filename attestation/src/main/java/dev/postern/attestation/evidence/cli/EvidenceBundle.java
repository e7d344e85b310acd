package dev.postern.attestation.evidence.cli;

import java.util.List;

/**
 * Evidence with everything that came with it or stands in files, unverified.
 *
 * @param evidence raw, hex, base64, or the family's JSON
 * @param certificates DER or PEM files, any order; revocation lists may stand among them
 * @param collateral the vendor's documents, a file each
 */
public record EvidenceBundle(
    EvidenceFormat format, Blob evidence, List<Blob> certificates, List<Blob> collateral) {
  /** Bytes of a file or message. */
  public static final class Blob {
    private final byte[] bytes;

    private Blob(byte[] bytes) {
      this.bytes = bytes;
    }

    public static Blob copyOf(byte[] bytes) {
      return new Blob(bytes.clone());
    }

    public byte[] toByteArray() {
      return bytes.clone();
    }
  }

  public EvidenceBundle {
    certificates = List.copyOf(certificates);
    collateral = List.copyOf(collateral);
  }
}
