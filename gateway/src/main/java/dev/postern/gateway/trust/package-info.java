/**
 * The keys and settings that tokens are verified with, kept current.
 *
 * <p>{@link dev.postern.gateway.trust.TrustKeeper} holds the verifier in force and refreshes the
 * key sets it stands on, from files and over https; the last good set stays on an error, for a
 * bounded time.
 */
@NullMarked
package dev.postern.gateway.trust;

import org.jspecify.annotations.NullMarked;
