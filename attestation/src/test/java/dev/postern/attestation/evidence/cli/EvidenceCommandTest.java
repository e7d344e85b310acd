package dev.postern.attestation.evidence.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Vectors;
import dev.postern.json.JsonValue.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The command over genuine samples and over noise. */
class EvidenceCommandTest {
  private static final String TDX = "tdx/v4-uptodate-b0c06f/";
  private static final Instant JULY = Instant.parse("2025-07-01T00:00:00Z");

  private final EvidenceCommand command = new EvidenceCommand();

  private static List<EvidenceBundle.Blob> blobs(String... files) {
    return Arrays.stream(files).map(Vectors::read).map(EvidenceBundle.Blob::copyOf).toList();
  }

  private JsonObject verify(
      String format,
      String evidence,
      List<EvidenceBundle.Blob> certificates,
      List<EvidenceBundle.Blob> collateral,
      Optional<Octets> nonce,
      Optional<Octets> reportData,
      String at) {
    return command
        .verify(
            new EvidenceCommand.Request(
                format,
                EvidenceBundle.Blob.copyOf(Vectors.read(evidence)),
                certificates,
                collateral,
                List.of(),
                nonce,
                reportData),
            Instant.parse(at))
        .orElseThrow()
        .json();
  }

  @Test
  void snp_withReportData_isValidAndSaysWhatItDidNotCheck() {
    var reportData =
        Octets.ofHex(
            "d447b55d197491bfe15cf298f9de9986b7a7c4be2468b4f6e2d53b71d7c64581"
                + "0b0f2cdfca0040433be063fc1a8293f0f3f8dae7b79fecb3d1cd82bd6a93ebfd");
    List<EvidenceBundle.Blob> certificates =
        blobs("snp/roots/ask_ark_milan.pem", "snp/milan-v2-vcek/vcek_milan.der");
    JsonObject verdict =
        verify(
            "sev-snp",
            "snp/milan-v2-vcek/report_milan.hex",
            certificates,
            List.of(),
            Optional.empty(),
            Optional.of(reportData),
            "2024-06-01T00:00:00Z");
    assertThat(verdict.string("verdict")).contains("valid");
    assertThat(verdict.array("unchecked").orElseThrow().strings().orElseThrow())
        .containsExactly("revocation", "minimum_tcb", "measurements");
    JsonObject other =
        verify(
            "sev-snp",
            "snp/milan-v2-vcek/report_milan.hex",
            certificates,
            List.of(),
            Optional.empty(),
            Optional.of(Octets.ofHex("00".repeat(64))),
            "2024-06-01T00:00:00Z");
    assertThat(other.string("reason")).contains("ATT_REPORT_DATA_MISMATCH");
  }

  @Test
  void azure_withAnotherNonce_isInvalid() {
    List<EvidenceBundle.Blob> roots = blobs("snp/roots/ask_ark_milan.pem");
    for (String nonce : List.of("challenge", "challenga", "challeng")) {
      JsonObject verdict =
          verify(
              "azure-vtpm",
              "azure-vtpm/snp-milan-evidence-v1.json",
              roots,
              List.of(),
              Optional.of(Octets.copyOf(nonce.getBytes(UTF_8))),
              Optional.empty(),
              "2025-06-01T00:00:00Z");
      assertThat(verdict.string("verdict"))
          .contains(nonce.equals("challenge") ? "valid" : "invalid");
    }
  }

  @Test
  void tdx_adayAfterItsCollateral_isInvalid() {
    for (String at : List.of("2025-07-01T00:00:00Z", "2025-07-20T12:00:00Z")) {
      JsonObject verdict =
          verify(
              "tdx",
              TDX + "tdx_quote",
              List.of(),
              blobs(TDX + "tdx_quote_collateral.json"),
              Optional.empty(),
              Optional.empty(),
              at);
      assertThat(verdict.string("verdict"))
          .contains(at.startsWith("2025-07-01") ? "valid" : "invalid");
    }
  }

  @Test
  void unknownFormat_isNoVerdict() {
    var request =
        new EvidenceCommand.Request(
            "sgx",
            EvidenceBundle.Blob.copyOf(new byte[] {1}),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty());
    assertThat(command.verify(request, JULY)).isEmpty();
  }

  @Test
  void noise_isInvalidForEveryFormat() {
    var random = new Random(6);
    for (String format : EvidenceCommand.formats()) {
      for (int i = 0; i < 300; i++) {
        byte[] noise = new byte[1 + random.nextInt(2000)];
        random.nextBytes(noise);
        if (i % 3 == 0) {
          noise[0] = '{';
        }
        var request =
            new EvidenceCommand.Request(
                format,
                EvidenceBundle.Blob.copyOf(noise),
                List.of(),
                List.of(EvidenceBundle.Blob.copyOf(noise)),
                List.of(),
                Optional.empty(),
                Optional.empty());
        assertThat(command.verify(request, JULY).orElseThrow().valid()).isFalse();
      }
    }
  }
}
