/** Tests of keys and tokens made here, by way of other libraries too. */
@NullMarked
package dev.postern.attestation.mint;

import org.jspecify.annotations.NullMarked;
