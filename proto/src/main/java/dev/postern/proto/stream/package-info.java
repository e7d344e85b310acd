/**
 * The debug bytes of an Attach stream, apart from protobuf's objects: gateway and client move them
 * between gRPC's buffers and their own sockets without a copy that is not needed.
 */
@NullMarked
package dev.postern.proto.stream;

import org.jspecify.annotations.NullMarked;
