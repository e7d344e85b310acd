package dev.postern.policy.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.policy.PolicyFolder.Poll;
import dev.postern.policy.PolicySet;
import dev.postern.policy.bundle.BundleRefused.Why;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which bundles are taken, and what stays in force when one is not. */
class BundleFileTest {
  @TempDir Path folder = Path.of(".");
  private Instant now = Bundles.NOW;
  private BundleFile gateway = started(Bundles.TRUST);

  @BeforeEach
  void start() {
    gateway = started(Bundles.TRUST);
  }

  private BundleFile started(BundleTrust trust) {
    return BundleFile.of(folder.resolve("policies.tar"), trust, KeptBundle.in(folder), () -> now);
  }

  private Poll poll(PolicyBundle bundle) throws Exception {
    Files.write(folder.resolve("policies.tar"), bundle.toBytes());
    return gateway.poll();
  }

  private static String bundle(Poll poll) {
    return poll instanceof Poll.Loaded(PolicySet set, var warnings)
        ? set.bundle().orElseThrow()
        : poll.toString();
  }

  private static String refusal(Poll poll) {
    return poll instanceof Poll.Rejected(var issues)
        ? issues.getFirst().message()
        : "taken: " + poll;
  }

  @Test
  void poll_signedBundle_isTakenOnce() throws Exception {
    assertThat(bundle(poll(Bundles.signed(7)))).isEqualTo("7");
    assertThat(gateway.poll()).isInstanceOf(Poll.Unchanged.class);
  }

  @Test
  void poll_unsigned_isRefused() throws Exception {
    poll(Bundles.signed(7));

    assertThat(refusal(poll(Bundles.unsigned(8)))).isEqualTo("nobody signed the bundle");
    assertThat(gateway.poll()).isInstanceOf(Poll.Unchanged.class);
  }

  @Test
  void poll_unsignedButAllowed_isTakenAndSaysSo() throws Exception {
    gateway = started(new BundleTrust(Optional.of(Bundles.GATEWAY), Optional.empty(), 1));

    assertThat(bundle(poll(Bundles.unsigned(8)))).isEqualTo("8 unsigned");
  }

  @Test
  void poll_signedByStrangersOnly_isRefused() throws Exception {
    assertThat(refusal(poll(Bundles.unsigned(8).with("z..good"))))
        .startsWith("0 of the trusted keys signed the bundle, 1 must have");
  }

  @Test
  void poll_signatureOfATrustedKeyThatDoesNotHold_isRefusedEvenBesideAGoodOne() throws Exception {
    assertThat(refusal(poll(Bundles.signed(8).with("b..forged"))))
        .isEqualTo("the signature of b does not hold");
  }

  @Test
  void poll_oneSignerWhereTwoAreNeeded_isRefusedAndBothAreTaken() throws Exception {
    gateway = started(new BundleTrust(Optional.of(Bundles.GATEWAY), Optional.of(Bundles.KEYS), 2));

    assertThat(refusal(poll(Bundles.signed(8).with("z..good")))).contains("1 of the trusted keys");
    assertThat(bundle(poll(Bundles.signed(8).with("b..good")))).isEqualTo("8");
  }

  @Test
  void poll_otherGatewaysBundle_isRefused() throws Exception {
    var files = Map.of("shop.yaml", Bundles.POLICY.getBytes(UTF_8));

    assertThat(refusal(poll(Bundles.of(8, files, "other.example").with("a..good"))))
        .isEqualTo("the bundle is for [other.example], not for postern.example");
    assertThat(bundle(poll(Bundles.of(8, files, "*").with("a..good")))).isEqualTo("8");
  }

  @Test
  void poll_lowerRevision_isRefusedAlsoAfterARestart() throws Exception {
    poll(Bundles.signed(7));

    assertThat(refusal(poll(Bundles.signed(6)))).startsWith("revision 6 is not above 7");
    gateway = started(Bundles.TRUST);
    // at a start the last good one goes on
    assertThat(bundle(poll(Bundles.signed(6)))).isEqualTo("7");
    assertThat(refusal(poll(Bundles.signed(5)))).startsWith("revision 5 is not above 7");
  }

  @Test
  void poll_sameRevisionWithOtherContent_isRefusedAndItselfIsNot() throws Exception {
    poll(Bundles.signed(7));
    var other = Map.of("other.yaml", Bundles.POLICY.getBytes(UTF_8));

    assertThat(refusal(poll(Bundles.of(7, other, "*").with("a..good"))))
        .startsWith("revision 7 is not above 7");
    gateway = started(Bundles.TRUST);
    assertThat(bundle(poll(Bundles.signed(7)))).isEqualTo("7");
  }

  @Test
  void poll_afterAnOperatorWentBack_olderIsTaken() throws Exception {
    poll(Bundles.signed(7));
    assertThat(refusal(poll(Bundles.signed(6)))).startsWith("revision 6");

    KeptBundle.in(folder).keep(Bundles.signed(6));

    assertThat(bundle(gateway.poll())).isEqualTo("6");
  }

  @Test
  void poll_policiesThatDoNotCheck_areRefusedAndRevisionStays() throws Exception {
    poll(Bundles.signed(7));
    var bad = Map.of("shop.yaml", "kind: Nonsense\n".getBytes(UTF_8));

    assertThat(refusal(poll(Bundles.of(9, bad, "*").with("a..good"))))
        .startsWith("its policies do not check: shop.yaml:1:");
    assertThat(bundle(poll(Bundles.signed(8)))).isEqualTo("8");
  }

  @Test
  void poll_expiredExactlyNow_isRefused() throws Exception {
    now = Bundles.NOW.plusSeconds(3600);

    assertThat(refusal(poll(Bundles.signed(7)))).startsWith("the bundle's term ended at");
  }

  @Test
  void poll_termOfTheOneInForceEnds_isSaidOnce() throws Exception {
    poll(Bundles.signed(7));
    now = Bundles.NOW.plusSeconds(3600);

    assertThat(refusal(gateway.poll())).contains("everything is denied");
    assertThat(gateway.poll()).isInstanceOf(Poll.Unchanged.class);
  }

  @Test
  void poll_fileGone_keepsTheLastGoodOneAlsoAfterARestart() throws Exception {
    poll(Bundles.signed(7));
    Files.delete(folder.resolve("policies.tar"));

    assertThat(refusal(gateway.poll())).isEqualTo("there is no such file");
    gateway = started(Bundles.TRUST);
    assertThat(bundle(gateway.poll())).isEqualTo("7");
    assertThat(bundle(poll(Bundles.signed(8)))).isEqualTo("8");
  }

  @Test
  void poll_noFileAndNoCopy_isRefused() {
    assertThat(refusal(gateway.poll())).isEqualTo("there is no such file");
  }

  @Test
  void poll_copySignedByAKeyThatWasRemoved_stillBoundsTheRevision() throws Exception {
    poll(Bundles.unsigned(7).with("b..good"));
    BundleSignatures onlyA =
        (manifest, detached) ->
            detached.startsWith("b") ? Optional.empty() : Bundles.KEYS.signer(manifest, detached);
    gateway = started(new BundleTrust(Optional.of(Bundles.GATEWAY), Optional.of(onlyA), 1));

    assertThat(refusal(poll(Bundles.signed(6)))).contains("revision 6 is not above 7");
    assertThat(bundle(poll(Bundles.signed(8)))).isEqualTo("8");
  }

  @Test
  void poll_copyDamaged_refusesRatherThanForgettingTheRevision() throws Exception {
    poll(Bundles.signed(7));
    Files.writeString(folder.resolve(KeptBundle.NAME), "damaged");
    gateway = started(Bundles.TRUST);

    assertThat(refusal(poll(Bundles.signed(6)))).contains("is damaged");
  }

  @Test
  void requireAbove_saysHowToGoBack() {
    assertThatThrownBy(() -> BundleTrust.requireAbove(Bundles.signed(7), Bundles.signed(6)))
        .isInstanceOfSatisfying(
            BundleRefused.class, e -> assertThat(e.why()).isEqualTo(Why.ROLLED_BACK))
        .hasMessageContaining("postern policy bundle rollback");
  }
}
