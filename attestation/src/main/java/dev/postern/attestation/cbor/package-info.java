/**
 * A strict, bounded CBOR reader (RFC 8949): what Evidence is made of and nothing else.
 *
 * <p>{@link dev.postern.attestation.cbor.CborReader} is the entry. Definite lengths, shortest
 * forms, no floats, no duplicate keys, no bytes after the value; anything else is refused.
 */
@NullMarked
package dev.postern.attestation.cbor;

import org.jspecify.annotations.NullMarked;
