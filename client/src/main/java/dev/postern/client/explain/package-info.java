/**
 * {@code postern policy explain}: why a request, an audited decision or a token is decided as it
 * is.
 *
 * <p>Each is turned into a policy request here; deciding and saying why is the policy module's.
 */
@NullMarked
package dev.postern.client.explain;

import org.jspecify.annotations.NullMarked;
