/**
 * The policy language and its decisions: a pure function of (request, claims, policy set, time).
 *
 * <p>{@link dev.postern.policy.PolicyLoader} turns source files into a compiled {@link
 * dev.postern.policy.PolicySet} or into issues with their places; {@link
 * dev.postern.policy.PolicyFolder} does so for a folder and keeps the last good set. {@link
 * dev.postern.policy.PolicySet#decide} answers a {@link dev.postern.policy.PolicyRequest} with a
 * {@link dev.postern.policy.Decision}. Nothing here knows sessions, gRPC or how claims were
 * verified.
 */
@NullMarked
package dev.postern.policy;

import org.jspecify.annotations.NullMarked;
