package dev.postern.config;

import dev.postern.attestation.TrustSettings;
import dev.postern.config.PosternConfig.Trust;

/** What verifying a token needs of a configuration: the gateway's id and whom it believes. */
public record TrustOnly(String gatewayId, Trust trust) {
  public TrustSettings settings() {
    return trust.settings(gatewayId);
  }
}
