/**
 * All families behind one door, and the command {@code postern evidence verify} as a function from
 * bytes to JSON.
 *
 * <p>{@link dev.postern.attestation.evidence.cli.EvidenceEngine} is the entry that admission uses
 * too; it never throws for any Evidence.
 */
@NullMarked
package dev.postern.attestation.evidence.cli;

import org.jspecify.annotations.NullMarked;
