package dev.postern.attestation.arm;

import dev.postern.attestation.evidence.Octets;
import java.util.Optional;

/**
 * One measured component of a platform's firmware (RFC 9783 §4.4.1).
 *
 * @param type its role, such as {@code BL} or {@code PRoT}
 * @param value the digest: 32, 48 or 64 bytes
 * @param signer hash of the public key that signed it: 32, 48 or 64 bytes
 * @param digestName what the digest was made with, as the attester spells it
 */
public record SoftwareComponent(
    Optional<String> type,
    Octets value,
    Optional<String> version,
    Octets signer,
    Optional<String> digestName) {}
