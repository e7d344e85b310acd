package dev.postern.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys and the note are those of the documentation of golang.org/x/mod/sumdb/note. */
class SignedNoteTest {
  private static final String PRIVATE =
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  private static final String PUBLIC =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  private static final String TEXT =
      """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.
      """;
  private static final String NOTE =
      TEXT
          + "\n"
          + "— PeterNeumann"
          + " x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

  @Test
  void sign_knownKeyAndText_givesTheKnownNote() {
    var signer = NoteSigner.parse("PeterNeumann", PRIVATE);
    assertThat(signer.sign(TEXT)).isEqualTo(NOTE);
    assertThat(signer.verifier().toString()).isEqualTo(PUBLIC);
    assertThat(signer.toString()).doesNotContain("AYEKFALVFGyNhPJEMzD1QIDr");
  }

  @Test
  void signedBy_knownNote_holds() {
    SignedNote note = SignedNote.parse(NOTE.getBytes(UTF_8));
    assertThat(note.text()).isEqualTo(TEXT);
    assertThat(note.signedBy(VerifierKey.parse(PUBLIC))).isTrue();
  }

  @Test
  void signedBy_changedText_doesNot() {
    SignedNote note = SignedNote.parse(NOTE.replace("answer", "Answer").getBytes(UTF_8));
    assertThat(note.signedBy(VerifierKey.parse(PUBLIC))).isFalse();
  }

  @Test
  void signedBy_aSecondLineThatDoesNotHold_doesNot() {
    String bad = NOTE.substring(NOTE.indexOf("— ")).replace("JnAM=", "JnBM=");
    assertThat(SignedNote.parse((NOTE + bad).getBytes(UTF_8)).signedBy(VerifierKey.parse(PUBLIC)))
        .isFalse();
  }

  @Test
  void signedBy_linesOfOthers_areIgnored() {
    String other =
        NoteSigner.parse("other", NoteSigner.generatePem()).sign(TEXT).substring(TEXT.length() + 1);
    SignedNote note = SignedNote.parse((NOTE + other).getBytes(UTF_8));
    assertThat(note.signedBy(VerifierKey.parse(PUBLIC))).isTrue();
    assertThat(note.claimedSigners()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name !!!!\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAAAAAAB=\n",
        "text\n\n— na+me AAAAAAAAAAAA\n",
        "te\u0001xt\n\n— name AAAAAAAAAAAA\n",
        "text\n\n- name AAAAAAAAAAAA\n",
        "text\n\n— name AAAAAAAAAAAA",
      })
  void parse_malformed_isRefused(String note) {
    assertThatThrownBy(() -> SignedNote.parse(note.getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      })
  void verifierKey_malformed_isRefused(String key) {
    assertThatThrownBy(() -> VerifierKey.parse(key)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void pem_readBack_isTheSameKey() {
    String pem = NoteSigner.generatePem();
    assertThat(NoteSigner.parse("a", pem).verifier())
        .isEqualTo(NoteSigner.parse("a", pem).verifier());
    assertThat(pem).startsWith("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI");
  }

  @Test
  void checkpoint_readBack_isTheSame() {
    var checkpoint = new Checkpoint("postern.example/audit", 17, Sha256.of());
    assertThat(Checkpoint.parse(checkpoint.text())).isEqualTo(checkpoint);
    assertThat(Checkpoint.parse(checkpoint.text() + "extension\n")).isEqualTo(checkpoint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a\n",
        "a\n1\n",
        "a\n01\nAAAA\n",
        "a\n-1\nAAAA\n",
        "a\n1\nAAAA\n",
        "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
      })
  void checkpoint_malformed_isRefused(String text) {
    assertThatThrownBy(() -> Checkpoint.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
