/** The policy set in force: looked at for changes, the last good one kept, every change audited. */
@NullMarked
package dev.postern.gateway.policies;

import org.jspecify.annotations.NullMarked;
