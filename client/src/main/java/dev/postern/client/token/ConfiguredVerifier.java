package dev.postern.client.token;

import dev.postern.attestation.TokenVerifier;
import dev.postern.attestation.evidence.Pins;
import dev.postern.client.command.CommandFailure;
import dev.postern.config.HardwareTrust;
import dev.postern.config.TrustOnly;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/** What judges tokens as a gateway of a configuration does. */
public final class ConfiguredVerifier {
  private ConfiguredVerifier() {}

  /** Reads the keys and roots that the configuration names. */
  public static TokenVerifier of(TrustOnly trust, InstantSource clock)
      throws CommandFailure, InterruptedException {
    return new TokenVerifier(
        trust.settings(),
        ConfiguredKeys.read(trust.trust()),
        clock,
        hardware(trust).verifiers(Optional.empty()));
  }

  private static HardwareTrust hardware(TrustOnly trust) throws CommandFailure {
    try {
      return HardwareTrust.read(trust.trust().hardware(), Pins.builtIn());
    } catch (IOException e) {
      throw CommandFailure.configuration("`trust.hardware`: " + e.getMessage());
    }
  }
}
