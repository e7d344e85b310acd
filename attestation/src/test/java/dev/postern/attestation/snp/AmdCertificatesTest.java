package dev.postern.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.x509.ChainVerifier;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The certificates in the jar: complete, and under the pinned keys. */
class AmdCertificatesTest {
  @ParameterizedTest
  @EnumSource(SnpProduct.class)
  void everyProduct_hasBothIntermediatesUnderItsPinnedRoot(SnpProduct product) throws Exception {
    var pinned = Pins.builtIn().of(product.root());
    for (String kind : List.of("SEV-", "SEV-VLEK-")) {
      var intermediate =
          AmdCertificates.builtIn().certificates().stream()
              .filter(
                  certificate ->
                      certificate
                          .getSubjectX500Principal()
                          .getName()
                          .contains("CN=" + kind + product.line() + ","))
              .findFirst()
              .orElseThrow();
      var root =
          AmdCertificates.builtIn().certificates().stream()
              .filter(
                  certificate ->
                      certificate
                          .getSubjectX500Principal()
                          .equals(intermediate.getIssuerX500Principal()))
              .findFirst()
              .orElseThrow();
      intermediate.verify(root.getPublicKey());
      Octets key = ChainVerifier.spkiSha256(root);
      assertThat(pinned).containsExactly(key);
    }
  }
}
