/**
 * The gateway as a program. {@link dev.postern.gateway.Gateway} wires everything, top to bottom,
 * and is the map of it; {@link dev.postern.gateway.GatewayMain} is what the launcher runs.
 */
@NullMarked
package dev.postern.gateway;

import org.jspecify.annotations.NullMarked;
