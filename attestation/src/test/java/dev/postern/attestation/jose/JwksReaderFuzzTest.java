package dev.postern.attestation.jose;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** A key set is read or refused, whatever an issuer's server sends. */
class JwksReaderFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void read_anything_isReadOrRefused(byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    try {
      Jwks set =
          JwksReader.read(
              bytes, "https://sts.example", KeyPurpose.TOKEN, EnumSet.allOf(Algorithm.class));
      assertThat(set.toString()).isNotEmpty();
    } catch (JwkException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }
}
