/**
 * The offline commands over policies and the audit log: the command line of what {@code policy.cli}
 * and {@code audit.cli} do.
 */
@NullMarked
package dev.postern.client.record;

import org.jspecify.annotations.NullMarked;
