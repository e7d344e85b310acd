package dev.postern.attestation.mint;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.PrivateKeys;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.attestation.jose.VerificationKey;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.security.PrivateKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A private key to sign with. Prints its thumbprint only. */
public final class SigningKey {
  private final Optional<PrivateKey> privateKey;
  private final UnaryOperator<byte[]> signer;
  private final PublicJwk publicJwk;

  private SigningKey(
      Optional<PrivateKey> privateKey, UnaryOperator<byte[]> signer, PublicJwk publicJwk) {
    this.privateKey = privateKey;
    this.signer = signer;
    this.publicJwk = publicJwk;
  }

  /**
   * A key that lives elsewhere, such as in a TPM.
   *
   * @param signer from what is to be signed to r‖s, or Ed25519's 64 bytes
   */
  public static SigningKey external(PublicJwk publicJwk, UnaryOperator<byte[]> signer) {
    return new SigningKey(Optional.empty(), signer, publicJwk);
  }

  /** A new random key. */
  public static SigningKey generate(Algorithm algorithm) {
    return of(PrivateKeys.generate(algorithm));
  }

  /**
   * Reads a private key: PEM ({@code PRIVATE KEY}, PKCS#8; {@code EC PRIVATE KEY}, SEC 1) or a
   * private JWK.
   *
   * @throws JwkException with a sentence that says what was found instead
   */
  public static SigningKey read(byte[] pemOrJwk) throws JwkException {
    return of(PrivateKeys.read(pemOrJwk));
  }

  private static SigningKey of(PrivateKeys.Pair pair) {
    PrivateKey key = pair.privateKey();
    return new SigningKey(
        Optional.of(key),
        input -> PrivateKeys.sign(pair.publicJwk().algorithm(), key, input),
        pair.publicJwk());
  }

  public Algorithm algorithm() {
    return publicJwk.algorithm();
  }

  public PublicJwk publicJwk() {
    return publicJwk;
  }

  public Thumbprint thumbprint() {
    return publicJwk.thumbprint();
  }

  /** Signs {@code input}: r‖s, or Ed25519's 64 bytes. */
  public byte[] sign(byte[] input) {
    return signer.apply(input);
  }

  /** A configured key as a verifier would hold it. */
  public VerificationKey verificationKey(String issuer, String kid, KeyPurpose purpose) {
    return new VerificationKey(issuer, kid, purpose, publicJwk);
  }

  /** The public half as a JWK set of one key, for a configuration's {@code jwks}. */
  public byte[] toJwks(String kid) {
    var jwk = new LinkedHashMap<String, JsonValue>(publicJwk.toJson().members());
    jwk.put("kid", new JsonString(kid));
    jwk.put("alg", new JsonString(algorithm().wireName()));
    jwk.put("use", new JsonString("sig"));
    var set = new LinkedHashMap<String, JsonValue>();
    set.put("keys", new JsonArray(List.of(new JsonObject(jwk))));
    return JsonWriter.writeBytes(new JsonObject(set));
  }

  /**
   * The private key as PKCS#8 PEM, to be written to a file of mode 0600.
   *
   * @throws IllegalStateException if the key lives elsewhere
   */
  public String exposePem() {
    return PrivateKeys.toPem(
        privateKey.orElseThrow(() -> new IllegalStateException("the key cannot be taken out")));
  }

  @Override
  public String toString() {
    return "SigningKey[" + algorithm().wireName() + " " + thumbprint() + "]";
  }

  /** A compact JWS over any header and claims. */
  public String signJws(JsonObject header, JsonObject claims) {
    return signJws(JsonWriter.writeBytes(header), JsonWriter.writeBytes(claims));
  }

  /** A compact JWS over any bytes. */
  public String signJws(byte[] header, byte[] payload) {
    String input = Base64Url.encode(header) + "." + Base64Url.encode(payload);
    byte[] signature = sign(input.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    return input + "." + Base64Url.encode(signature);
  }
}
