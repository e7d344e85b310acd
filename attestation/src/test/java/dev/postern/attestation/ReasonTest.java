package dev.postern.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonTest {
  @ParameterizedTest
  @EnumSource(Reason.class)
  void reason_isDocumentedWithItsStatus(Reason reason) throws IOException {
    String star = reason.tellsCaller() ? " *" : "";

    assertThat(Files.readAllLines(Path.of("../docs/reason-codes.md")))
        .anyMatch(
            line ->
                line.startsWith("| `" + reason + "`" + star + " |")
                    && line.contains("| " + reason.status() + " |"));
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void family_isTheFirstWord(Reason reason) {
    assertThat(reason.name()).startsWith(reason.family() + "_");
  }
}
