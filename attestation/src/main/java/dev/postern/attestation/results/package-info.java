/**
 * Attestation Results of real services, verified offline with a key set at hand: EAR in both
 * spellings, EAT, Google Confidential Space, Microsoft Azure Attestation, Intel Trust Authority.
 *
 * <p>{@link dev.postern.attestation.results.ResultEvidence} is the entry: signature by a key of the
 * given set only, times, then the rules of the service's profile.
 */
@NullMarked
package dev.postern.attestation.results;

import org.jspecify.annotations.NullMarked;
