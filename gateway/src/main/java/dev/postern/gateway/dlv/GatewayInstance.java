package dev.postern.gateway.dlv;

import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.BreakpointTag;
import java.util.HexFormat;

/**
 * The gateway as the names of its breakpoints at a target tell it ({@link BreakpointTag}), so that
 * what is ours is known from {@code ListBreakpoints} alone.
 *
 * @param instance 8 hex digits that stay the same over restarts of a gateway
 */
public record GatewayInstance(String instance) {
  public GatewayInstance {
    if (!BreakpointTag.isIdentity(instance)) {
      throw new IllegalArgumentException("an instance is 8 hex digits");
    }
  }

  String name(String sessionId, long counter) {
    return new BreakpointTag(instance, HexFormat.of().toHexDigits(sessionId.hashCode()), counter)
        .name();
  }

  /** Whether a breakpoint as Delve lists it was set by this gateway. */
  public boolean isOurs(JsonObject breakpoint) {
    return breakpoint
        .string("name")
        .flatMap(BreakpointTag::in)
        .filter(tag -> tag.gateway().equals(instance))
        .isPresent();
  }
}
