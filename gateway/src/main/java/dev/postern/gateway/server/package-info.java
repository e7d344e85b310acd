/**
 * The caller-facing gRPC server: TLS, HTTP/2 bounds, and the bridge between gRPC's callbacks and
 * the blocking code of one call.
 *
 * <p>Entry: {@link dev.postern.gateway.server.GatewayServer} binds the port and serves {@code
 * DebugGateway}, health and reflection. Each {@code Attach} becomes one {@link
 * dev.postern.gateway.server.AttachCall}, run on one virtual thread; gRPC's callbacks stay on the
 * event loop and never block there.
 */
@NullMarked
package dev.postern.gateway.server;

import org.jspecify.annotations.NullMarked;
