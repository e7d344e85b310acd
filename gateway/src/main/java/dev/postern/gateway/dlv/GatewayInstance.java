package dev.postern.gateway.dlv;

import dev.postern.json.JsonValue.JsonObject;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The names that Postern gives its breakpoints at the target, so that what is ours is known from
 * {@code ListBreakpoints} alone: {@code postern}, 8 hex digits of the gateway's instance, 8 of the
 * session, a counter. Delve takes letters and digits only.
 *
 * @param instance 8 hex digits that stay the same over restarts of a gateway
 */
public record GatewayInstance(String instance) {
  private static final Pattern INSTANCE = Pattern.compile("[0-9a-f]{8}");
  private static final String MARK = "postern";

  public GatewayInstance {
    if (!INSTANCE.matcher(instance).matches()) {
      throw new IllegalArgumentException("an instance is 8 hex digits");
    }
  }

  String name(String sessionId, long counter) {
    return MARK + instance + HexFormat.of().toHexDigits(sessionId.hashCode()) + counter;
  }

  /** Whether a breakpoint as Delve lists it was set by this gateway. */
  public boolean isOurs(JsonObject breakpoint) {
    return breakpoint.string("name").filter(name -> name.startsWith(MARK + instance)).isPresent();
  }
}
