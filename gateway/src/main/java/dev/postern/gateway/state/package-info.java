/**
 * What replicas share and a restart must not forget: used tokens, live sessions, locks, approvals,
 * secrets made once. {@link dev.postern.gateway.state.StateStore} says what holds; {@link
 * dev.postern.gateway.state.SqliteStateStore} keeps it on disk, {@link
 * dev.postern.gateway.state.MemoryStateStore} for tests. One suite of tests, {@code
 * StateStoreContract}, runs against each.
 */
@NullMarked
package dev.postern.gateway.state;

import org.jspecify.annotations.NullMarked;
