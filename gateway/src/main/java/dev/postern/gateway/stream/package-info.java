/**
 * The seam between sessions and inspectors: what admission hands to the stream, and what the stream
 * hands back.
 *
 * <p>Admission makes a {@link dev.postern.gateway.stream.SessionGrant} and asks the tool's {@link
 * dev.postern.gateway.stream.ToolTargets} for a {@link dev.postern.gateway.stream.TargetSide}; from
 * then on bytes of the client go to the target side and bytes for the client to its {@link
 * dev.postern.gateway.stream.ClientSide}. What became of each message is told to the grant's {@link
 * dev.postern.gateway.stream.MessageSink}. Nothing here knows tokens, policies or gRPC.
 */
@NullMarked
package dev.postern.gateway.stream;

import org.jspecify.annotations.NullMarked;
