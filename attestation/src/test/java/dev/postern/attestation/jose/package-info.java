/** Tests of keys, key sets and signatures. */
@NullMarked
package dev.postern.attestation.jose;

import org.jspecify.annotations.NullMarked;
