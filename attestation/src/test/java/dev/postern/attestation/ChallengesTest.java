package dev.postern.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.attestation.Challenges.Check;
import dev.postern.attestation.Challenges.Purpose;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ChallengesTest {
  private static final byte[] KEY = "TEST challenge key of 32 bytes..".getBytes(UTF_8);

  private final AtomicReference<Instant> now = new AtomicReference<>(Workshop.NOW);
  private final Challenges challenges = new Challenges(KEY, now::get);

  @Test
  void issue_isOpaqueAsciiThatFitsEveryNonceClaim() {
    Challenges.Issued issued = challenges.issue(Purpose.PROOF, "session");

    assertThat(issued.challenge()).matches("[A-Za-z0-9_-]{68}");
    assertThat(issued.expiresAt()).isEqualTo(Workshop.NOW.plusSeconds(60));
    assertThat(challenges.issue(Purpose.PROOF, "session")).isNotEqualTo(issued);
  }

  @Test
  void check_byAnotherReplica_isGood() {
    String challenge = challenges.issue(Purpose.PROOF, "session").challenge();

    assertThat(new Challenges(KEY, now::get).check(challenge, Purpose.PROOF, "session"))
        .isEqualTo(Check.GOOD);
  }

  @Test
  void check_anotherPurposeOrBinding_isForeign() {
    String challenge = challenges.issue(Purpose.PROOF, "session").challenge();

    assertThat(challenges.check(challenge, Purpose.ATTESTATION, "session"))
        .isEqualTo(Check.FOREIGN);
    assertThat(challenges.check(challenge, Purpose.PROOF, "session2")).isEqualTo(Check.FOREIGN);
    assertThat(challenges.check(challenge, Purpose.PROOF, "")).isEqualTo(Check.FOREIGN);
  }

  @Test
  void check_everyChangedCharacter_isForeign() {
    String challenge = challenges.issue(Purpose.PROOF, "").challenge();

    for (int i = 0; i < challenge.length(); i++) {
      char other = challenge.charAt(i) == 'A' ? 'B' : 'A';
      String changed = challenge.substring(0, i) + other + challenge.substring(i + 1);
      assertThat(challenges.check(changed, Purpose.PROOF, "")).isEqualTo(Check.FOREIGN);
    }
    assertThat(challenges.check("", Purpose.PROOF, "")).isEqualTo(Check.FOREIGN);
    assertThat(challenges.check(challenge + "A", Purpose.PROOF, "")).isEqualTo(Check.FOREIGN);
    assertThat(challenges.check("\u00e9".repeat(68), Purpose.PROOF, "")).isEqualTo(Check.FOREIGN);
  }

  @Test
  void check_livesUntilJustBeforeItsEnd() {
    String proof = challenges.issue(Purpose.PROOF, "").challenge();
    String attestation = challenges.issue(Purpose.ATTESTATION, "").challenge();

    now.set(Workshop.NOW.plusSeconds(60).minusMillis(1));
    assertThat(challenges.check(proof, Purpose.PROOF, "")).isEqualTo(Check.GOOD);
    now.set(Workshop.NOW.plusSeconds(60));
    assertThat(challenges.check(proof, Purpose.PROOF, "")).isEqualTo(Check.EXPIRED);
    assertThat(challenges.check(attestation, Purpose.ATTESTATION, "")).isEqualTo(Check.GOOD);
    now.set(Workshop.NOW.plusSeconds(300));
    assertThat(challenges.check(attestation, Purpose.ATTESTATION, "")).isEqualTo(Check.EXPIRED);
  }

  @Test
  void check_fromTheFuture_isRefused() {
    String challenge = challenges.issue(Purpose.PROOF, "").challenge();

    now.set(Workshop.NOW.minusSeconds(6));
    assertThat(challenges.check(challenge, Purpose.PROOF, "")).isEqualTo(Check.EXPIRED);
  }

  @Test
  void constructor_shortKey_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Challenges(new byte[31], now::get));
  }
}
