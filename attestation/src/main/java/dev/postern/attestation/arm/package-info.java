/**
 * Arm's attestation tokens: PSA tokens of devices and CCA tokens of realms.
 *
 * <p>{@link dev.postern.attestation.arm.PsaToken} and {@link dev.postern.attestation.arm.CcaToken}
 * know the layouts, the verifiers ask whether a pinned key of {@link
 * dev.postern.attestation.arm.ArmKeys} signed, and the rules what is accepted. There is no vendor's
 * root: a device's key is believed because an admin pinned it.
 */
@NullMarked
package dev.postern.attestation.arm;

import org.jspecify.annotations.NullMarked;
