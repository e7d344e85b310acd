package dev.postern.bench;

import dev.postern.gateway.GatewayParts;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.ToolTargets;
import java.util.Map;

/** Tools that are put in the place of the real ones. */
record OpenTools(Map<String, ToolTargets> byName) implements GatewayParts.Tools {
  /** A target side that takes everything and says nothing: what is measured is not the target. */
  static final ToolTargets SILENT =
      (grant, client) ->
          new TargetSide() {
            @Override
            public void onData(byte[] data) {}

            @Override
            public void onHalfClose() {
              client.end(EndReason.SESSION_ENDED, "");
            }

            @Override
            public void close(EndReason why) {}
          };

  static OpenTools of(ToolTargets targets) {
    return new OpenTools(Map.of(Installation.TOOL, targets));
  }

  @Override
  public void close() {}
}
