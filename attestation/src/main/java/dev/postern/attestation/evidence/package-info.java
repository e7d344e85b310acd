/**
 * Hardware Evidence: bytes in, verified facts or a refusal out.
 *
 * <p>{@code EvidenceEngine} is the entry. Each family has a package of its own with three steps in
 * three types: a parser that knows offsets and nothing about trust, a verifier that asks whether
 * the bytes are the vendor's word (its result can be made by nobody else), and rules that appraise
 * what the vendor said. Inside, a refusal travels as {@link
 * dev.postern.attestation.evidence.Refused}; at the door it becomes an {@link
 * dev.postern.attestation.evidence.EvidenceResult.Invalid}. Nothing here reads files, the network
 * or a clock.
 */
@NullMarked
package dev.postern.attestation.evidence;

import org.jspecify.annotations.NullMarked;
