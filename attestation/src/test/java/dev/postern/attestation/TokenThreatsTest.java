package dev.postern.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalogue of bad tokens: every row, with its exact reason. */
class TokenThreatsTest {
  private static final int ROWS = 95;
  private static final long SLOWEST_NANOS = 50_000_000;

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
  void catalogue_isWhole() {
    assertThat(ThreatRow.catalogue().stream().map(ThreatRow::row).distinct())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, ROWS).boxed().toList());
  }

  static Stream<ThreatRow> rowsOfThisModule() {
    return ThreatRow.catalogue().stream().filter(row -> row.where().equals("attestation"));
  }

  /** Each row is tested, and expects no code that the catalogue does not give it. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("rowsOfThisModule")
  void row_isCoveredWithItsCodes(ThreatRow row) {
    Set<String> expected =
        all()
            .filter(threat -> threat.row() == row.row())
            .map(threat -> threat.expected().map(Enum::name).orElse("ACCEPTED"))
            .collect(Collectors.toSet());

    assertThat(expected).isNotEmpty().isEqualTo(row.codes());
  }

  @Test
  void noThreat_takesLong() {
    all().forEach(threat -> assertQuick(threat.toString(), () -> threat.attempt().get()));
  }

  /** Tokens that are as large as each bound of the reader lets them be. */
  @Test
  void noTokenAtTheBounds_takesLong() {
    String numbers = "[" + "1,".repeat(8_000) + "1]";
    String objects = "[" + "{},".repeat(8_000) + "{}]";
    String deep = "[".repeat(12) + "]".repeat(12);
    String members =
        IntStream.range(0, 250)
            .mapToObj(i -> "\"member" + i + "\":" + "9".repeat(100))
            .collect(Collectors.joining(",", "{", "}"));
    String escapes = "\"" + "\\u00e9".repeat(6_000) + "\"";
    String scopes =
        IntStream.range(0, 64)
            .mapToObj(i -> "\"" + "a".repeat(32) + "/" + "b".repeat(28) + i + "\"")
            .collect(Collectors.joining(",", "[", "]"));
    Map<String, String> values =
        Map.of(
            "numbers", numbers,
            "objects", objects,
            "deep", deep,
            "members", members,
            "escapes", escapes);
    values.forEach(
        (name, raw) -> {
          String token = Workshop.withClaim("x", raw);
          assertQuick(name, () -> Workshop.verifier().verify(token));
          String nested = Workshop.withResultClaim("measurements", raw);
          assertQuick("measurements as " + name, () -> Workshop.verifier().verify(nested));
        });
    String many = Workshop.withClaim("scope", scopes);
    assertQuick("scopes", () -> Workshop.verifier().verify(many));
  }

  /** CPU time of this thread, so that a busy machine makes no difference; the best of three. */
  private static void assertQuick(String what, Supplier<Verification> attempt) {
    assertThat(attempt.get()).isNotNull(); // classes loaded
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 3 && best > SLOWEST_NANOS / 2; i++) {
      long from = threads.getCurrentThreadCpuTime();
      Verification got = attempt.get();
      best = Math.min(best, threads.getCurrentThreadCpuTime() - from);
      assertThat(got).isNotNull();
    }
    assertThat(best).as(what).isLessThan(SLOWEST_NANOS);
  }

  private static Stream<Threat> all() {
    return Stream.of(envelopes(), signatures(), claims(), bindings(), attestations())
        .flatMap(threats -> threats);
  }
}
