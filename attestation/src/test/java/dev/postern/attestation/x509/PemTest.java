package dev.postern.attestation.x509;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a PEM block, and what isn't (RFC 7468). */
final class PemTest {

  @Test
  void blocks_oneOrMore_inOrderWithTheirLabels() throws Exception {
    String two =
        """
        text
        -----BEGIN A-----
        AQI=
        -----END A-----
        -----BEGIN B C-----
        Aw==
        -----END B C-----
        """;

    assertThat(Pem.blocks(two.getBytes(ISO_8859_1), 2))
        .extracting(Pem.Block::label)
        .containsExactly("A", "B C");
  }

  /**
   * Each begins a block and does not end it; the first two end it with dashes that belong to the
   * header.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----BEGIN A-----END A-----",
        "-----BEGIN -----END -----",
        "-----BEGIN A-----\nAQI=\n-----END B-----",
        "-----BEGIN A-----\nAQI=\n",
        "-----BEGIN A",
      })
  void blocks_withoutAnEnd_isRefused(String text) {
    assertThatThrownBy(() -> Pem.blocks(text.getBytes(ISO_8859_1), 10))
        .hasMessageContaining("PEM block without");
  }

  @Test
  void blocks_moreThanTheLimit_isRefused() {
    String one = "-----BEGIN A-----\nAQI=\n-----END A-----\n";

    assertThatThrownBy(() -> Pem.blocks((one + one).getBytes(ISO_8859_1), 1))
        .hasMessageContaining("more than 1 PEM");
  }
}
