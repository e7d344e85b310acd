/**
 * What {@code postern policy …} does, as a library: each command takes its arguments as a record,
 * writes to the streams given and returns an exit status.
 *
 * <p>{@link dev.postern.policy.cli.Check} is the first of them. Exit status 0: nothing found; 1:
 * something found; 2: wrong use; 3: policies do not parse or type-check.
 */
@NullMarked
package dev.postern.policy.cli;

import org.jspecify.annotations.NullMarked;
