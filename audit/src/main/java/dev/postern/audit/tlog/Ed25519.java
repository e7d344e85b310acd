package dev.postern.audit.tlog;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** Ed25519 keys as raw bytes (RFC 8032) over the platform's own Ed25519. */
final class Ed25519 {
  static final int SEED_BYTES = 32;
  static final int PUBLIC_BYTES = 32;

  /** All of a PKCS#8 v1 key but its seed (RFC 8410 §7). */
  private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

  /** All of a SubjectPublicKeyInfo but its key (RFC 8410 §4). */
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private Ed25519() {}

  static byte[] freshSeed() {
    var seed = new byte[SEED_BYTES];
    new SecureRandom().nextBytes(seed);
    return seed;
  }

  static PrivateKey privateKey(byte[] seed) throws GeneralSecurityException {
    return KeyFactory.getInstance("Ed25519")
        .generatePrivate(new PKCS8EncodedKeySpec(join(PKCS8, seed)));
  }

  static PublicKey publicKey(byte[] raw) throws GeneralSecurityException {
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(join(SPKI, raw)));
  }

  /** The PKCS#8 form of a seed. */
  static byte[] pkcs8(byte[] seed) {
    return join(PKCS8, seed);
  }

  /**
   * The seed in a PKCS#8 key.
   *
   * @throws GeneralSecurityException if it is not an Ed25519 key
   */
  static byte[] seed(byte[] pkcs8) throws GeneralSecurityException {
    // version 2 of the form may carry the public key behind the seed: RFC 5958 §2
    boolean known =
        pkcs8.length >= PKCS8.length + SEED_BYTES
            && Arrays.equals(pkcs8, 5, PKCS8.length, PKCS8, 5, PKCS8.length);
    if (!known) {
      throw new GeneralSecurityException("not an Ed25519 key");
    }
    return Arrays.copyOfRange(pkcs8, PKCS8.length, PKCS8.length + SEED_BYTES);
  }

  /** The public key that belongs to a seed. */
  static byte[] publicOf(byte[] seed) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("Ed25519");
    generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
    byte[] spki = generator.generateKeyPair().getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(spki, spki.length - PUBLIC_BYTES, spki.length);
    // the platform took the seed as it is, or this key would not verify
    byte[] probe = {1};
    if (!verify(raw, probe, sign(privateKey(seed), probe))) {
      throw new GeneralSecurityException("this platform does not derive Ed25519 public keys");
    }
    return raw;
  }

  static byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(message);
    return signature.sign();
  }

  /** False for a wrong signature and for one that is none. */
  static boolean verify(byte[] raw, byte[] message, byte[] sig) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initVerify(publicKey(raw));
      signature.update(message);
      return signature.verify(sig);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  private static byte[] join(byte[] prefix, byte[] rest) {
    byte[] joined = Arrays.copyOf(prefix, prefix.length + rest.length);
    System.arraycopy(rest, 0, joined, prefix.length, rest.length);
    return joined;
  }

  /** A source of one key's seed, so that the platform's generator derives its public half. */
  private static final class Given extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] seed;

    Given(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
