/** Tests of the YAML reader. */
@NullMarked
package dev.postern.policy.source;

import org.jspecify.annotations.NullMarked;
