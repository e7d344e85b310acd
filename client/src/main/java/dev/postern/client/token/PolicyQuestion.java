package dev.postern.client.token;

import dev.postern.attestation.VerifiedToken;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.policy.ConfiguredPolicies;
import dev.postern.config.PosternConfig;
import dev.postern.policy.Decision;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.Target;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether the configured policies would let a token attach to one target with one tool. */
final class PolicyQuestion {
  private final PolicySet policies;
  private final Target target;
  private final String tool;

  private PolicyQuestion(PolicySet policies, Target target, String tool) {
    this.policies = policies;
    this.target = target;
    this.tool = tool;
  }

  /**
   * Reads the policies of a configuration.
   *
   * @param targetAndTool {@code TARGET:TOOL}
   */
  static PolicyQuestion load(PosternConfig config, String targetAndTool, Instant now)
      throws CommandFailure {
    int colon = targetAndTool.lastIndexOf(':');
    if (colon < 1 || colon == targetAndTool.length() - 1) {
      throw CommandFailure.usage(
          "--policy takes TARGET:TOOL, such as shop/app:dlv, and not `" + targetAndTool + "`");
    }
    String name = targetAndTool.substring(0, colon);
    PolicySet policies = ConfiguredPolicies.load(config, now);
    return new PolicyQuestion(
        policies, TokenRequest.target(config, name), targetAndTool.substring(colon + 1));
  }

  /** The reason of a denial; empty for a permit. */
  Optional<String> denial(VerifiedToken token, Instant now) {
    PolicyRequest request =
        TokenRequest.of(token, target, tool, List.of(), Optional.of("postern token verify"), now);
    return switch (policies.decide(request)) {
      case Decision.Permit permit -> Optional.empty();
      case Decision.Deny deny -> Optional.of(deny.reason().name());
    };
  }
}
