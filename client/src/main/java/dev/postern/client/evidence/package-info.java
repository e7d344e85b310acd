/** {@code postern evidence}: Evidence and Attestation Results checked by hand, offline. */
@NullMarked
package dev.postern.client.evidence;

import org.jspecify.annotations.NullMarked;
