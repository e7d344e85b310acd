package dev.postern.attestation;

import static dev.postern.attestation.Workshop.raw;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.jspecify.annotations.Nullable;

/**
 * Whatever comes in, a denial with a reason comes out, or a token that says what was signed. Inputs
 * get good signatures where that is what lets them in deeper; {@code @JKT@} in one stands for the
 * holder's thumbprint and {@code @RESULT@} for a good result.
 */
class TokenVerifierFuzzTest {
  private static final TokenVerifier VERIFIER =
      Workshop.verifier(Workshop.trust().allowSimulated(true).build());
  private static final String RESULT = Workshop.EAT.sign(Workshop.resultClaims());

  @FuzzTest(maxDuration = "20s")
  void verify_anyText_isDenied(byte @Nullable [] text) {
    if (text != null) {
      assertThat(reason(VERIFIER.verify(new String(text, ISO_8859_1)))).isNotNull();
    }
  }

  @FuzzTest(maxDuration = "20s")
  void verify_anySignedClaims_areDeniedOrAsSigned(byte @Nullable [] claims) {
    if (claims != null) {
      String payload =
          new String(claims, ISO_8859_1)
              .replace("@JKT@", Workshop.HOLDER.thumbprint().toString())
              .replace("@RESULT@", RESULT);
      reason(
          VERIFIER.verify(
              Workshop.ISSUER_KEY.signJws(
                  raw(Workshop.MINT.header()).getBytes(UTF_8), payload.getBytes(ISO_8859_1))));
    }
  }

  @FuzzTest(maxDuration = "20s")
  void verify_anySignedHeader_isDeniedOrAsSigned(byte @Nullable [] header) {
    if (header != null) {
      reason(
          VERIFIER.verify(
              Workshop.ISSUER_KEY.signJws(header, raw(Workshop.claims()).getBytes(UTF_8))));
    }
  }

  @FuzzTest(maxDuration = "20s")
  void verify_anySignedResult_isDeniedOrAsSigned(byte @Nullable [] claims) {
    if (claims != null) {
      byte[] payload =
          new String(claims, ISO_8859_1)
              .replace("@JKT@", Workshop.HOLDER.thumbprint().toString())
              .getBytes(ISO_8859_1);
      reason(
          VERIFIER.verify(
              Workshop.around(
                  Workshop.EAR_KEY.signJws(raw(Workshop.EAR.header()).getBytes(UTF_8), payload))));
      reason(
          VERIFIER.verify(
              Workshop.around(
                  Workshop.VERIFIER_KEY.signJws(
                      raw(Workshop.EAT.header()).getBytes(UTF_8), payload))));
    }
  }

  /** The reason of a denial; fails on one that stands for a bug. */
  private static @Nullable Reason reason(Verification verification) {
    return switch (verification) {
      case Verification.Verified(VerifiedToken token) -> {
        assertThat(token.scopes()).isNotEmpty();
        assertThat(token.confirmation().thumbprint()).isEqualTo(Workshop.HOLDER.thumbprint());
        yield null;
      }
      case Verification.Denied(Reason reason, String detail) -> {
        assertThat(reason).as(detail).isNotEqualTo(Reason.INTERNAL_ERROR);
        yield reason;
      }
    };
  }
}
