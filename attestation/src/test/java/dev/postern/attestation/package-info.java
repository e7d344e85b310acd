/** Tests: the catalogue of bad tokens, row by row, and what each part promises. */
@NullMarked
package dev.postern.attestation;

import org.jspecify.annotations.NullMarked;
