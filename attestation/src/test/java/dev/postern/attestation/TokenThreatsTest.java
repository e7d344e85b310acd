package dev.postern.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
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
