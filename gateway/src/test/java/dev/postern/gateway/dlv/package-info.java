/** Tests of the Delve inspector: against real {@code dlv}s and against one that lies. */
@NullMarked
package dev.postern.gateway.dlv;

import org.jspecify.annotations.NullMarked;
