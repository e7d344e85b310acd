package dev.postern.client.explain;

import dev.postern.attestation.Verification;
import dev.postern.attestation.VerifiedToken;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.client.token.ConfiguredVerifier;
import dev.postern.client.token.TokenRequest;
import dev.postern.config.PosternConfig;
import dev.postern.config.TrustOnly;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.cli.Explain;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** A debug token in a file: verified as the gateway would, all but proof, then explained. */
final class PresentedToken {
  private static final int MAX_BYTES = 1 << 20;
  private static final int DENIED = 4;

  private final Surroundings around;
  private final boolean json;
  private final boolean exitDecision;

  /** What its holder would ask for. */
  record Asking(
      String target, String tool, List<String> scopes, Optional<String> reason, Instant now) {}

  PresentedToken(Surroundings around, boolean json, boolean exitDecision) {
    this.around = around;
    this.json = json;
    this.exitDecision = exitDecision;
  }

  int explain(String file, PosternConfig config, PolicySet set, Asking asking)
      throws CommandFailure, InterruptedException {
    String text = Inputs.readText(file, "the token file", MAX_BYTES, around);
    var trust = new TrustOnly(config.gateway().id(), config.trust());
    var verifier = ConfiguredVerifier.of(trust, InstantSource.fixed(asking.now()));
    return switch (verifier.verify(text)) {
      case Verification.Denied denied -> refused(denied);
      case Verification.Verified(VerifiedToken token) -> {
        PolicyRequest request =
            TokenRequest.of(
                token,
                TokenRequest.target(config, asking.target()),
                asking.tool(),
                asking.scopes(),
                asking.reason(),
                asking.now());
        yield Explain.report(set, request, Optional.empty(), json, exitDecision, around.out());
      }
    };
  }

  private int refused(Verification.Denied denied) {
    if (json) {
      var members = new LinkedHashMap<String, JsonValue>();
      members.put("schema", new JsonString("postern/explain/v1"));
      members.put("decision", new JsonString("deny"));
      members.put("reason", new JsonString(denied.reason().name()));
      members.put("detail", new JsonString(denied.detail()));
      around.out().println(JsonWriter.write(new JsonObject(members)));
    } else {
      around.out().println("DENY  " + denied.reason());
      around.out().println("the token does not verify, policies are not asked: " + denied.detail());
    }
    return exitDecision ? DENIED : 0;
  }
}
