/**
 * What restores targets when the gateway dies.
 *
 * <p>{@link dev.postern.gateway.guard.TargetGuard} is the entry: it hands {@code gateway.dlv} a
 * watch that tells two keepers which targets are in use. A small process beside the gateway ({@link
 * dev.postern.gateway.guard.GuardMain}) restores them when the pipe from the gateway ends without a
 * goodbye; a journal on disk ({@code UnfinishedTargets}) lets the next start of the gateway do what
 * the guard could not, say after a power cut.
 */
@NullMarked
package dev.postern.gateway.guard;

import org.jspecify.annotations.NullMarked;
