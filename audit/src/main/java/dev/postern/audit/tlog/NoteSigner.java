package dev.postern.audit.tlog;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A private key that signs notes under a name. Its text form is PKCS#8 in PEM; the one-line form of
 * Go's note tools is read too. Neither is ever printed by {@link #toString}.
 */
public final class NoteSigner {
  private static final String PEM_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String PEM_END = "-----END PRIVATE KEY-----";
  private static final String NOTE_BEGIN = "PRIVATE+KEY+";

  private final PrivateKey key;
  private final VerifierKey verifier;

  private NoteSigner(PrivateKey key, VerifierKey verifier) {
    this.key = key;
    this.verifier = verifier;
  }

  /** A new key's PEM. */
  public static String generatePem() {
    var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return PEM_BEGIN
        + "\n"
        + encoder.encodeToString(Ed25519.pkcs8(Ed25519.freshSeed()))
        + "\n"
        + PEM_END
        + "\n";
  }

  /**
   * Reads a private key.
   *
   * @param text PKCS#8 PEM, or {@code PRIVATE+KEY+name+hash+key}, whose name must be the one given
   * @throws IllegalArgumentException with a sentence for people, without the key, if it is none
   */
  public static NoteSigner parse(String name, String text) {
    VerifierKey.requireName(name);
    String stripped = text.strip();
    try {
      byte[] seed =
          stripped.startsWith(NOTE_BEGIN) ? noteSeed(name, stripped) : Ed25519.seed(pem(stripped));
      return new NoteSigner(
          Ed25519.privateKey(seed), new VerifierKey(name, Ed25519.publicOf(seed)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the key is not an Ed25519 private key", e);
    }
  }

  private static byte[] pem(String text) {
    if (!text.startsWith(PEM_BEGIN) || !text.endsWith(PEM_END)) {
      throw new IllegalArgumentException("the key is not a PKCS#8 PEM (BEGIN PRIVATE KEY)");
    }
    return Base64.getMimeDecoder()
        .decode(
            text.substring(PEM_BEGIN.length(), text.length() - PEM_END.length())
                .getBytes(US_ASCII));
  }

  private static byte[] noteSeed(String name, String text) {
    String[] parts = text.substring(NOTE_BEGIN.length()).split("\\+", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("the key is not of the form PRIVATE+KEY+name+hash+key");
    }
    if (!parts[0].equals(name)) {
      throw new IllegalArgumentException(
          "the key belongs to the log `" + parts[0] + "`, not to `" + name + "`");
    }
    byte[] typed = Base64.getDecoder().decode(parts[2]);
    if (typed.length != 1 + Ed25519.SEED_BYTES || typed[0] != VerifierKey.ED25519) {
      throw new IllegalArgumentException("the key is not of type Ed25519");
    }
    return Arrays.copyOfRange(typed, 1, typed.length);
  }

  /** The name it signs under. */
  public String name() {
    return verifier.name();
  }

  /** Its public half. */
  public VerifierKey verifier() {
    return verifier;
  }

  /**
   * Signs a text.
   *
   * @param text ends in a newline
   * @return the note: the text, an empty line, the signature line
   */
  public String sign(String text) {
    if (!text.endsWith("\n")) {
      throw new IllegalArgumentException("a note's text ends in a newline");
    }
    byte[] signature;
    try {
      signature = Ed25519.sign(key, text.getBytes(UTF_8));
    } catch (GeneralSecurityException keyWorkedBefore) {
      throw new IllegalStateException(keyWorkedBefore);
    }
    byte[] id = verifier.id();
    byte[] whole = Arrays.copyOf(id, id.length + signature.length);
    System.arraycopy(signature, 0, whole, id.length, signature.length);
    return text
        + "\n"
        + SignedNote.DASH
        + name()
        + " "
        + Base64.getEncoder().encodeToString(whole)
        + "\n";
  }

  /** The public half only. */
  @Override
  public String toString() {
    return "signer of " + verifier;
  }
}
