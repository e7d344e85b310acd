package dev.postern.client.policy;

import dev.postern.attestation.jose.JwkException;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Inputs;
import dev.postern.config.BundleKeys;
import dev.postern.config.PosternConfig;
import dev.postern.config.PosternConfig.PolicyBundleFile;
import dev.postern.policy.PolicyFolder;
import dev.postern.policy.PolicyLoader;
import dev.postern.policy.PolicySet;
import dev.postern.policy.bundle.BundleRefused;
import dev.postern.policy.bundle.PolicyBundle;
import java.io.IOException;
import java.time.Instant;

/** The policies that a gateway of a configuration would decide by. */
public final class ConfiguredPolicies {
  private ConfiguredPolicies() {}

  /** Reads them, as of a time: a bundle must be one that the gateway would take. */
  public static PolicySet load(PosternConfig config, Instant now) throws CommandFailure {
    if (config.policyBundle().isPresent()) {
      return ofBundle(config.policyBundle().get(), config.gateway().id(), now);
    }
    PolicyFolder folder = PolicyFolder.of(config.policies());
    folder.poll();
    return folder
        .current()
        .orElseThrow(
            () ->
                CommandFailure.configuration(
                    "the policies in %s cannot be used; see `postern policy check`"
                        .formatted(config.policies())));
  }

  private static PolicySet ofBundle(PolicyBundleFile config, String gatewayId, Instant now)
      throws CommandFailure {
    try {
      var verified =
          BundleKeys.trust(config, gatewayId).verify(PolicyBundle.open(config.file()), now);
      PolicySet set =
          PolicyLoader.load(verified.bundle().sources())
              .set()
              .orElseThrow(
                  () ->
                      CommandFailure.configuration(
                          "the policies of the bundle `%s` do not check".formatted(config.file())));
      return set.inBundle(verified.name(), verified.bundle().manifest().notAfter());
    } catch (BundleRefused refused) {
      throw CommandFailure.untrusted(config.file() + ": " + refused.text());
    } catch (JwkException e) {
      throw CommandFailure.configuration(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw CommandFailure.input(Inputs.cannotRead("the bundle", config.file().toString(), e));
    }
  }
}
