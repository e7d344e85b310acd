/**
 * A small TPM 2.0 client: the few commands that making Evidence and signing with a TPM's key take,
 * in the TPM's own protocol, over a device or a socket. Keys are primary keys of fixed templates:
 * the TPM makes the same ones again from its seeds, so nothing is stored anywhere.
 */
@NullMarked
package dev.postern.client.tpm;

import org.jspecify.annotations.NullMarked;
