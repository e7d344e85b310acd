@NullMarked
package dev.postern.attestation;

import org.jspecify.annotations.NullMarked;
