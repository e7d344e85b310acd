/**
 * Requests and decisions as an audit log keeps them: {@link
 * dev.postern.policy.record.RecordedRequest} writes what a decision depended on and reads it again,
 * so that an old decision can be explained and replayed; {@link
 * dev.postern.policy.record.RecordedDecision} does the same for what was decided.
 */
@NullMarked
package dev.postern.policy.record;

import org.jspecify.annotations.NullMarked;
