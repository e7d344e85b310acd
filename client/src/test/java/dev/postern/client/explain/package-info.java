/** Tests of {@code postern policy explain}. */
@NullMarked
package dev.postern.client.explain;

import org.jspecify.annotations.NullMarked;
