/**
 * The Delve JSON-RPC inspector: stays inside the debug stream between callers and one headless
 * {@code dlv}.
 *
 * <p>{@link dev.postern.gateway.dlv.DlvTargets} keeps one {@code DlvTarget} per endpoint, and that
 * has the one {@code Upstream} connection which all sessions share: own ids, one writer, answers
 * matched by id. Each client connection is a {@code DlvConnection}: it reads requests, asks the
 * rules of {@code wire} what each needs, and passes, answers, rewrites or denies it. {@code
 * Execution} knows whether the process runs, who holds it stopped and who waits for a stop; {@code
 * HaltBroker} stops it for moments on behalf of sessions that may not control it; {@code
 * Breakpoints} knows whose breakpoint is whose. When a session ends, its breakpoints go and the
 * process runs on unless another session holds it.
 */
@NullMarked
package dev.postern.gateway.dlv;

import org.jspecify.annotations.NullMarked;
