package dev.postern.attestation;

import dev.postern.attestation.jose.Thumbprint;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Verifies raw Evidence of one hardware family, up to a configured root. One per family, found by
 * media type.
 *
 * <p>Must not throw for any Evidence, must bound its work by the size it is given, and decides
 * authenticity and binding only: whether the claims are good enough is policy's question.
 */
public interface EvidenceVerifier {
  /** One conceptual message: Evidence, or an endorsement that came with it. */
  final class Item {
    private final String mediaType;
    private final byte[] value;

    public Item(String mediaType, byte[] value) {
      this.mediaType = mediaType;
      this.value = value.clone();
    }

    public String mediaType() {
      return mediaType;
    }

    public byte[] value() {
      return value.clone();
    }
  }

  /** The outcome for one set of Evidence. */
  sealed interface Appraisal {
    record Genuine(AttestationFacts facts) implements Appraisal {}

    record Refused(Verification.Denied denial) implements Appraisal {}
  }

  /** The media types of Evidence it takes, in lower case and without parameters. */
  Set<String> mediaTypes();

  /**
   * Verifies Evidence that has to vouch for {@code key}.
   *
   * @param evidence the one item of a type of {@link #mediaTypes}
   * @param others everything else that came with it: certificates, collateral
   */
  Appraisal verify(Item evidence, List<Item> others, Thumbprint key, Instant now);
}
