package dev.postern.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalogue of bad tokens: every row, with its exact reason. */
class TokenThreatsTest {
  private static final int ROWS = 95;
  private static final long SLOWEST_NANOS = 50_000_000;

  /** Rows whose refusal is not this module's, and the test here that shows its own part. */
  private static final Map<Integer, String> ELSEWHERE =
      Map.of(
          19, "CLAIM_REPLAYED is the gateway's store: TokenVerifierTest.replayKey_ofTwin_isEqual",
          51, "CLAIM_REPLAYED is the gateway's store: TokenVerifierTest.replayKey_…",
          64, "SCOPE_NOT_GRANTED is policy's: TokenVerifierTest.scopes_areHandedOnUnchanged",
          69, "SUBJECT_UNKNOWN is policy's: TokenVerifierTest.debuggerId_isHandedOnUnchanged",
          83, "needed only where a permit asks for it: TokenVerifierTest.fresh_…",
          87, "reference values are policy's: TokenVerifierTest.measurements_…",
          90, "a path without its slash is the gateway's transport");

  static Stream<Threat> envelopes() {
    return EnvelopeThreats.all();
  }

  static Stream<Threat> signatures() {
    return SignatureThreats.all();
  }

  static Stream<Threat> claims() {
    return ClaimThreats.all();
  }

  static Stream<Threat> bindings() {
    return BindingThreats.all();
  }

  static Stream<Threat> attestations() {
    return AttestationThreats.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"envelopes", "signatures", "claims", "bindings", "attestations"})
  void threat_isDeniedWithItsReason(Threat threat) {
    Verification got = threat.attempt().get();

    Optional<Reason> reason =
        switch (got) {
          case Verification.Verified verified -> Optional.empty();
          case Verification.Denied(Reason denied, String detail) -> Optional.of(denied);
        };
    assertThat(reason).as(Threat.outcome(got)).isEqualTo(threat.expected());
  }

  @Test
  void everyRow_isCovered() {
    var rows = new TreeSet<>(ELSEWHERE.keySet());
    all().forEach(threat -> rows.add(threat.row()));

    assertThat(rows).containsExactlyElementsOf(IntStream.rangeClosed(1, ROWS).boxed().toList());
  }

  @Test
  void noThreat_takesLong() {
    List<Threat> threats = all().toList();
    for (Threat threat : threats) {
      assertThat(threat.attempt().get()).isNotNull(); // classes loaded
    }

    for (Threat threat : threats) {
      long best = Long.MAX_VALUE;
      for (int attempt = 0; attempt < 3 && best > SLOWEST_NANOS / 2; attempt++) {
        long from = System.nanoTime();
        Verification got = threat.attempt().get();
        best = Math.min(best, System.nanoTime() - from);
        assertThat(got).isNotNull();
      }
      assertThat(best).as(threat.toString()).isLessThan(SLOWEST_NANOS);
    }
  }

  private static Stream<Threat> all() {
    return Stream.of(envelopes(), signatures(), claims(), bindings(), attestations())
        .flatMap(threats -> threats);
  }
}
