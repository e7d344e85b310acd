package dev.postern.gateway.stream;

import java.util.List;

/**
 * What policy obliges the stream to.
 *
 * @param recordFull whether {@link MessageEvent#text} must be filled
 * @param redact RE2 patterns; what they match in any string never leaves the gateway
 * @param goroutines goroutine filters, all of which a goroutine must pass to be shown
 */
public record StreamObligations(boolean recordFull, List<String> redact, List<String> goroutines) {
  public static final StreamObligations NONE = new StreamObligations(false, List.of(), List.of());

  public StreamObligations {
    redact = List.copyOf(redact);
    goroutines = List.copyOf(goroutines);
  }
}
