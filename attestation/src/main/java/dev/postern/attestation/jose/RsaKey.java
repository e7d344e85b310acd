package dev.postern.attestation.jose;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.Optional;

/**
 * An RSA public key of a service, of 2048 to 8192 bits, for one algorithm. It may come as {@code
 * x5c} only, as Azure's do; the certificate is then a carrier of the key and nothing else.
 */
public final class RsaKey implements VerifyingKey {
  private static final int LEAST_BITS = 2048;
  private static final int MOST_BITS = 8192;
  private static final int MOST_EXPONENT_BITS = 64;
  private static final int SALT_SHA256 = 32;
  private static final int SALT_SHA384 = 48;

  private final Algorithm algorithm;
  private final PublicKey key;
  private final int modulusBytes;

  private RsaKey(Algorithm algorithm, RSAPublicKey key) {
    this.algorithm = algorithm;
    this.key = key;
    this.modulusBytes = (key.getModulus().bitLength() + 7) / 8;
  }

  /**
   * Reads a public JWK of type RSA.
   *
   * @throws JwkException if it is no key to be used
   */
  static RsaKey parse(JsonObject jwk, Algorithm algorithm) throws JwkException {
    PublicJwk.requirePublic(jwk);
    RSAPublicKey key = jwk.has("n") ? ofNumbers(jwk) : ofCertificate(jwk);
    BigInteger e = key.getPublicExponent();
    int bits = key.getModulus().bitLength();
    if (bits < LEAST_BITS || bits > MOST_BITS) {
      throw malformed("has a modulus of " + bits + " bits");
    }
    if (!e.testBit(0) || e.bitLength() < 2 || e.bitLength() > MOST_EXPONENT_BITS) {
      throw malformed("has an exponent that no RSA key has");
    }
    return new RsaKey(algorithm, key);
  }

  private static RSAPublicKey ofNumbers(JsonObject jwk) throws JwkException {
    try {
      return (RSAPublicKey)
          KeyFactory.getInstance("RSA")
              .generatePublic(new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e")));
    } catch (GeneralSecurityException refused) {
      throw malformed("is no RSA key");
    }
  }

  private static BigInteger number(JsonObject jwk, String name) throws JwkException {
    byte[] bytes =
        jwk.string(name)
            .flatMap(Base64Url::decode)
            .filter(decoded -> decoded.length > 0)
            .orElseThrow(() -> malformed("`" + name + "` is not base64url"));
    return new BigInteger(1, bytes);
  }

  private static RSAPublicKey ofCertificate(JsonObject jwk) throws JwkException {
    JsonArray chain = jwk.array("x5c").orElse(JsonArray.EMPTY);
    Optional<JsonValue> first = chain.elements().stream().findFirst();
    if (first.isPresent() && first.get() instanceof JsonString(String der)) {
      try {
        var certificate =
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(der)));
        if (certificate.getPublicKey() instanceof RSAPublicKey rsa) {
          return rsa;
        }
      } catch (GeneralSecurityException | IllegalArgumentException notOne) {
        // falls through to the refusal
      }
    }
    throw malformed("has neither `n` nor an RSA certificate in `x5c`");
  }

  @Override
  public Algorithm algorithm() {
    return algorithm;
  }

  @Override
  public boolean verify(byte[] input, int length, byte[] signature)
      throws MalformedSignatureException {
    if (signature.length != modulusBytes) {
      throw new MalformedSignatureException("the signature is not as long as the key");
    }
    try {
      Signature verifier = Signature.getInstance(algorithm.jcaName());
      switch (algorithm) {
        case PS256 -> verifier.setParameter(pss("SHA-256", MGF1ParameterSpec.SHA256, SALT_SHA256));
        case PS384 -> verifier.setParameter(pss("SHA-384", MGF1ParameterSpec.SHA384, SALT_SHA384));
        default -> {}
      }
      verifier.initVerify(key);
      verifier.update(input, 0, length);
      return verifier.verify(signature);
    } catch (GeneralSecurityException doesNotHold) {
      // a provider may throw instead of answering false
      return false;
    }
  }

  private static PSSParameterSpec pss(String digest, MGF1ParameterSpec mask, int salt) {
    return new PSSParameterSpec(digest, "MGF1", mask, salt, 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RsaKey that && algorithm == that.algorithm && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return algorithm.wireName() + " RSA key";
  }

  private static JwkException malformed(String what) {
    return new JwkException(JwkException.Kind.MALFORMED, what);
  }
}
