package dev.postern.attestation.jose;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The provider of signatures: Amazon Corretto Crypto Provider where its native library loads,
 * Bouncy Castle otherwise. Chosen once; never registered with the platform.
 *
 * <p>Keys come from {@link KeyFactory#generatePublic} only: one from {@code translateKey} of the
 * native provider is destroyed after its first use.
 */
public final class CryptoProvider {
  private static final String NATIVE =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
  private static final Provider CHOSEN = choose();

  /** Made when it is first asked for: its several hundred classes take a third of a second. */
  private static final class BouncyCastle {
    static final Provider PROVIDER = new BouncyCastleProvider();
  }

  private CryptoProvider() {}

  /** The name of the provider in use, for the start-up log. */
  public static String name() {
    return CHOSEN.getName();
  }

  static Signature signature(Algorithm algorithm) throws GeneralSecurityException {
    return Signature.getInstance(algorithm.jcaName(), provider(algorithm));
  }

  static KeyFactory keyFactory(Algorithm algorithm) throws GeneralSecurityException {
    return KeyFactory.getInstance(
        algorithm == Algorithm.ED25519 ? "Ed25519" : "EC", provider(algorithm));
  }

  static KeyPairGenerator keyPairGenerator(Algorithm algorithm) throws GeneralSecurityException {
    return KeyPairGenerator.getInstance(
        algorithm == Algorithm.ED25519 ? "Ed25519" : "EC", provider(algorithm));
  }

  static PublicKey publicKey(Algorithm algorithm, byte[] spki) throws GeneralSecurityException {
    return keyFactory(algorithm).generatePublic(new X509EncodedKeySpec(spki));
  }

  private static Provider provider(Algorithm algorithm) {
    return algorithm == Algorithm.ED25519 ? BouncyCastle.PROVIDER : CHOSEN;
  }

  private static Provider choose() {
    try {
      Provider provider =
          Class.forName(NATIVE).asSubclass(Provider.class).getDeclaredConstructor().newInstance();
      // the class exists on every platform; asking for a signature is what needs the library
      Signature.getInstance(Algorithm.ES256.jcaName(), provider);
      KeyFactory.getInstance("EC", provider);
      return provider;
    } catch (ReflectiveOperationException | GeneralSecurityException | LinkageError unavailable) {
      return BouncyCastle.PROVIDER;
    }
  }
}
