package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.json.JsonWriter;
import dev.postern.proto.v1.AttachStart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that lets in, and nothing of a token that did not verify, reaches the log or the record:
 * at every level of the log, by the good way and by the bad ones.
 */
class SecretsTest {
  /** Says who it is only in tokens that nobody vouches for. */
  private static final String UNVERIFIED = "mallory-unverified";

  private static final String DEBUG_BYTES = "bytes-of-a-debugged-process";

  @TempDir Path folder;
  private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          lines.add(new SimpleFormatter().format(event));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final Logger ours = Logger.getLogger("dev.postern");
  private TestGateway gateway;

  @BeforeEach
  void start() {
    handler.setLevel(Level.ALL);
    ours.setLevel(Level.ALL);
    ours.addHandler(handler);
    gateway = TestGateway.start(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
    ours.removeHandler(handler);
    ours.setLevel(null);
  }

  @Test
  void noTokenProofOrDebugByte_inLogOrRecord() throws Exception {
    SigningKey attacker = SigningKey.generate(Algorithm.ES256);
    var secrets = new ArrayList<String>();

    String good = gateway.token();
    AttachStart start = AttachClient.startOf(good).build();
    AttachClient admitted = gateway.attach().attempt(good, gateway.holder, start);
    assertThat(admitted.response().getAdmitted().getSessionId()).isNotEmpty();
    assertThat(admitted.data(DEBUG_BYTES).text()).isEqualTo(DEBUG_BYTES);
    assertThat(gateway.attach().attempt(good, attacker, start).end().reason())
        .isEqualTo("BINDING_PROOF_INVALID");
    secrets.addAll(segments(good));

    String forged =
        DebugTokenMint.ofIssuer(TestGateway.ISSUER, attacker, "sts-1")
            .mint(claimsOf(UNVERIFIED), gateway.holder);
    String unattested = gateway.tokenWith("x.y.z");
    String cut = good.substring(0, good.length() - 2);
    Map<String, String> bad =
        Map.of(
            forged,
            "SIG_INVALID",
            unattested,
            "ATT_MALFORMED",
            cut,
            "SIG_MALFORMED",
            good + ".tail",
            "TOKEN_MALFORMED");
    for (var each : bad.entrySet()) {
      assertThat(gateway.attach().start(AttachClient.startOf(each.getKey()).build()).end().reason())
          .isEqualTo(each.getValue());
      secrets.addAll(segments(each.getKey()));
    }
    admitted.reset();
    gateway.close();

    String said = String.join("", lines);
    String recorded =
        String.join(
            "\n", gateway.audit.entries().stream().map(entry -> JsonWriter.write(entry)).toList());
    assertThat(said).contains("denied").contains("admitted");
    assertThat(recorded).contains("admission.granted").contains("SIG_INVALID");
    for (String secret : secrets) {
      assertThat(said).doesNotContain(secret);
      assertThat(recorded).doesNotContain(secret);
    }
    assertThat(said + recorded).doesNotContain(UNVERIFIED).doesNotContain(DEBUG_BYTES);
  }

  private DebugTokenMint.Claims claimsOf(String sub) {
    var like = gateway.claims(List.of("dlv/observe"), List.of("oncall"));
    return new DebugTokenMint.Claims(
        sub,
        like.audience(),
        like.debuggerId(),
        like.scopes(),
        like.groups(),
        like.jti(),
        like.issuedAt(),
        like.lifetime(),
        like.vouching());
  }

  /** Parts that are long enough to be nobody else's. */
  private static List<String> segments(String token) {
    return List.of(token.split("\\.", -1)).stream().filter(part -> part.length() > 40).toList();
  }
}
