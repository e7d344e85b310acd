package dev.postern.attestation.jose;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.impl.ECDSA;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.math.ec.ECPoint;

/** Reading, making and using private keys; only {@code mint} and clients do. */
public final class PrivateKeys {
  /** A private key and its public half. Never printed. */
  public record Pair(PrivateKey privateKey, PublicJwk publicJwk) {
    @Override
    public String toString() {
      return "Pair[" + publicJwk + "]";
    }
  }

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  /** RFC 8410 §3. */
  private static final ASN1ObjectIdentifier ED25519_OID = new ASN1ObjectIdentifier("1.3.101.112");

  private static final int MAX_BYTES = 64 * 1024;

  private PrivateKeys() {}

  /** A new random key. */
  public static Pair generate(Algorithm algorithm) {
    try {
      KeyPairGenerator generator = CryptoProvider.keyPairGenerator(algorithm);
      switch (algorithm) {
        case ES256 -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        case ES384 -> generator.initialize(new ECGenParameterSpec("secp384r1"));
        case ED25519 -> {}
        case RS256, PS256, PS384 ->
            throw new IllegalArgumentException("no caller's key is " + algorithm);
      }
      KeyPair pair = generator.generateKeyPair();
      return ofPkcs8(pair.getPrivate().getEncoded());
    } catch (GeneralSecurityException | JwkException e) {
      throw new IllegalStateException("the provider cannot make a key", e);
    }
  }

  /**
   * Reads PKCS#8 or SEC 1 PEM, or a private JWK.
   *
   * @throws JwkException if it is none of these
   */
  public static Pair read(byte[] text) throws JwkException {
    if (text.length > MAX_BYTES) {
      throw malformed("is longer than a private key file");
    }
    String trimmed = new String(text, US_ASCII).strip();
    if (trimmed.startsWith("{")) {
      return ofJwk(text);
    }
    Matcher pem = PEM.matcher(trimmed);
    boolean anyBlock = false;
    // an EC key file may begin with a block of its own for the curve's parameters
    while (pem.find()) {
      anyBlock = true;
      byte[] der;
      try {
        der = Base64.getMimeDecoder().decode(pem.group(2));
      } catch (IllegalArgumentException e) {
        throw malformed("is not base64 inside its PEM block");
      }
      switch (pem.group(1)) {
        case "PRIVATE KEY" -> {
          return ofPkcs8(der);
        }
        case "EC PRIVATE KEY" -> {
          return ofSec1(der);
        }
        case "EC PARAMETERS" -> {}
        case "ENCRYPTED PRIVATE KEY" ->
            throw malformed("is encrypted; decrypt it first (openssl pkcs8)");
        default -> throw malformed("is a PEM `" + pem.group(1) + "`, not a private key");
      }
    }
    throw malformed(
        anyBlock ? "holds no private key" : "is neither a PEM private key nor a private JWK");
  }

  /** Signs: r‖s, or Ed25519's 64 bytes. */
  public static byte[] sign(Algorithm algorithm, PrivateKey key, byte[] input) {
    try {
      Signature signer = CryptoProvider.signature(algorithm);
      signer.initSign(key);
      signer.update(input);
      byte[] signature = signer.sign();
      return algorithm == Algorithm.ED25519
          ? signature
          : ECDSA.transcodeSignatureToConcat(signature, algorithm.signatureBytes());
    } catch (GeneralSecurityException | JOSEException e) {
      throw new IllegalStateException("the provider cannot sign", e);
    }
  }

  /** PKCS#8 PEM. */
  public static String toPem(PrivateKey key) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  private static Pair ofJwk(byte[] text) throws JwkException {
    JsonObject jwk;
    try {
      jwk = JsonReader.readObject(text, JsonLimits.TOKEN);
    } catch (JsonException e) {
      throw malformed("is not a JWK: " + e.getMessage());
    }
    PublicJwk publicHalf = PublicJwk.parse(jwk.without("d"));
    byte[] d =
        jwk.string("d")
            .flatMap(Base64Url::decode)
            .filter(bytes -> bytes.length == publicHalf.algorithm().coordinateBytes())
            .orElseThrow(() -> malformed("is a JWK without a private member `d` of full width"));
    Pair pair = ofSecret(publicHalf.algorithm(), d);
    if (!pair.publicJwk().equals(publicHalf)) {
      throw malformed("is a JWK whose private and public members do not belong together");
    }
    return pair;
  }

  private static Pair ofPkcs8(byte[] der) throws JwkException {
    try {
      PrivateKeyInfo info = PrivateKeyInfo.getInstance(der);
      ASN1ObjectIdentifier type = info.getPrivateKeyAlgorithm().getAlgorithm();
      if (type.equals(ED25519_OID)) {
        return ofSecret(
            Algorithm.ED25519, DEROctetString.getInstance(info.parsePrivateKey()).getOctets());
      }
      if (!type.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
        throw malformed("is not an EC or Ed25519 key");
      }
      var curve = ASN1ObjectIdentifier.getInstance(info.getPrivateKeyAlgorithm().getParameters());
      return ofSecret(
          ofCurve(curve),
          fixedWidth(ofCurve(curve), ECPrivateKey.getInstance(info.parsePrivateKey()).getKey()));
    } catch (IOException | RuntimeException e) {
      throw malformed("is not PKCS#8");
    }
  }

  private static Pair ofSec1(byte[] der) throws JwkException {
    try {
      ECPrivateKey key = ECPrivateKey.getInstance(der);
      var curve = ASN1ObjectIdentifier.getInstance(key.getParametersObject());
      return ofSecret(ofCurve(curve), fixedWidth(ofCurve(curve), key.getKey()));
    } catch (RuntimeException e) {
      throw malformed("is not a SEC 1 key");
    }
  }

  private static Algorithm ofCurve(ASN1ObjectIdentifier curve) throws JwkException {
    if (SECObjectIdentifiers.secp256r1.equals(curve)) {
      return Algorithm.ES256;
    }
    if (SECObjectIdentifiers.secp384r1.equals(curve)) {
      return Algorithm.ES384;
    }
    throw malformed("is on another curve than P-256 or P-384");
  }

  private static byte[] fixedWidth(Algorithm algorithm, BigInteger secret) {
    byte[] fixed = new byte[algorithm.coordinateBytes()];
    byte[] bytes = secret.toByteArray();
    int skip = Math.max(0, bytes.length - fixed.length);
    System.arraycopy(bytes, skip, fixed, fixed.length - (bytes.length - skip), bytes.length - skip);
    return fixed;
  }

  /** Derives the public half and puts the secret into the provider's form. */
  private static Pair ofSecret(Algorithm algorithm, byte[] secret) throws JwkException {
    try {
      PrivateKeyInfo info;
      PublicJwk publicHalf;
      if (algorithm == Algorithm.ED25519) {
        info = new PrivateKeyInfo(new AlgorithmIdentifier(ED25519_OID), new DEROctetString(secret));
        byte[] point = new Ed25519PrivateKeyParameters(secret, 0).generatePublicKey().getEncoded();
        publicHalf = PublicJwk.ofPoint(algorithm, point);
      } else {
        String curveName = algorithm == Algorithm.ES256 ? "secp256r1" : "secp384r1";
        var parameters = ECNamedCurveTable.getParameterSpec(curveName);
        var d = new BigInteger(1, secret);
        if (d.signum() == 0 || d.compareTo(parameters.getN()) >= 0) {
          throw malformed("has a private number out of range");
        }
        ECPoint point = parameters.getG().multiply(d).normalize();
        byte[] encoded = point.getEncoded(false);
        publicHalf = PublicJwk.ofPoint(algorithm, Arrays.copyOfRange(encoded, 1, encoded.length));
        var curve =
            algorithm == Algorithm.ES256
                ? SECObjectIdentifiers.secp256r1
                : SECObjectIdentifiers.secp384r1;
        info =
            new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve),
                new ECPrivateKey(
                    algorithm.coordinateBytes() * 8, d, new DERBitString(encoded), curve));
      }
      PrivateKey key =
          CryptoProvider.keyFactory(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
      return new Pair(key, publicHalf);
    } catch (IOException | GeneralSecurityException e) {
      throw malformed("is a key that the provider does not take");
    }
  }

  private static JwkException malformed(String message) {
    return new JwkException(JwkException.Kind.MALFORMED, message);
  }
}
