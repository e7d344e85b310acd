/** Tests of Arm's tokens, on samples and on fakes signed with keys of our own. */
@NullMarked
package dev.postern.attestation.arm;

import org.jspecify.annotations.NullMarked;
