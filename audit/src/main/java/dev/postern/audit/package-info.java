/**
 * The record: who was let in, who was not, what was denied inside a stream, how sessions ended.
 *
 * <p>{@link dev.postern.audit.AuditLog} is what the gateway writes to: {@link
 * dev.postern.audit.AuditEvent} becomes one entry of canonical JSON, {@link
 * dev.postern.audit.TileAuditLog} makes it durable and part of a Merkle log in the C2SP tlog-tiles
 * layout. {@link dev.postern.audit.LogVerifier} and {@link dev.postern.audit.LogSearch} read such a
 * log from a folder, also a copied one, also beside a running gateway. The log's arithmetic is in
 * {@code tlog}, recordings of sessions are in {@code recording}, and what {@code postern audit}
 * does is in {@code cli}.
 */
@NullMarked
package dev.postern.audit;

import org.jspecify.annotations.NullMarked;
