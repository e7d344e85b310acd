package dev.postern.attestation.results;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_VERIFIER_UNTRUSTED;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.x509.X509Reader;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A service's public keys, from JWK sets or single JWKs that a person gave. RSA from 2048 bits,
 * P-256, P-384, Ed25519; a key may come as {@code x5c} only, as Azure's do.
 */
public record ResultKeys(List<Entry> keys) {
  private static final int MAX_KEYS = 256;
  private static final int LEAST_RSA_BITS = 2048;
  private static final int MAX_RSA_BITS = 8192;

  /**
   * One key.
   *
   * @param kid empty if the key has none
   * @param algorithm the one the key is limited to; empty if none is named
   */
  public record Entry(Optional<String> kid, Optional<String> algorithm, PublicKey key) {}

  public ResultKeys {
    keys = List.copyOf(keys);
  }

  /** Reads the files. */
  public static ResultKeys parse(List<Octets> files) throws Refused {
    var keys = new ArrayList<Entry>();
    for (Octets file : files) {
      JsonObject json;
      try {
        json = JsonReader.readObject(file.toByteArray(), JsonLimits.DOCUMENT);
      } catch (JsonException malformed) {
        throw untrusted("key set: " + malformed.getMessage());
      }
      List<JsonValue> entries =
          json.has("keys") ? json.array("keys").orElse(JsonArray.EMPTY).elements() : List.of(json);
      for (JsonValue entry : entries) {
        if (!(entry instanceof JsonObject jwk) || keys.size() == MAX_KEYS) {
          throw untrusted("key set has an entry that is no key, or too many");
        }
        if (jwk.string("use").orElse("sig").equals("sig")) {
          keys.add(new Entry(jwk.string("kid"), jwk.string("alg"), key(jwk)));
        }
      }
    }
    return new ResultKeys(keys);
  }

  /** The key that a header's {@code kid} names; without one, the only key there is. */
  Entry find(Optional<String> kid) throws Refused {
    var found = new ArrayList<Entry>();
    for (Entry entry : keys) {
      boolean named = kid.isPresent() && entry.kid().equals(kid);
      boolean only = keys.size() == 1 && (kid.isEmpty() || entry.kid().isEmpty());
      if (named || only) {
        found.add(entry);
      }
    }
    if (found.size() != 1) {
      throw untrusted("no one key of the given set has this kid");
    }
    return found.getFirst();
  }

  private static PublicKey key(JsonObject jwk) throws Refused {
    for (String secret : List.of("d", "p", "q", "k")) {
      if (jwk.has(secret)) {
        throw untrusted("key set holds private key material");
      }
    }
    if (!jwk.string("kty").equals(Optional.of("RSA"))) {
      try {
        return PublicJwk.parse(jwk).publicKey();
      } catch (JwkException refused) {
        throw untrusted("key " + refused.getMessage());
      }
    }
    Optional<byte[]> modulus = jwk.string("n").flatMap(TextForms::base64);
    Optional<byte[]> exponent = jwk.string("e").flatMap(TextForms::base64);
    if (modulus.isEmpty() || exponent.isEmpty()) {
      return ofCertificate(jwk);
    }
    var n = new BigInteger(1, modulus.get());
    var e = new BigInteger(1, exponent.get());
    if (n.bitLength() < LEAST_RSA_BITS
        || n.bitLength() > MAX_RSA_BITS
        || !e.testBit(0)
        || e.bitLength() < 2
        || e.bitLength() > 64) {
      throw untrusted("RSA key is weak or odd");
    }
    try {
      return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(n, e));
    } catch (GeneralSecurityException refused) {
      throw untrusted("RSA key is no key");
    }
  }

  private static PublicKey ofCertificate(JsonObject jwk) throws Refused {
    JsonArray chain = jwk.array("x5c").orElse(JsonArray.EMPTY);
    if (!chain.elements().isEmpty()
        && chain.elements().getFirst() instanceof JsonString(String text)
        && TextForms.base64(text).isPresent()) {
      return X509Reader.certificate(TextForms.base64(text).get(), "x5c of a key").getPublicKey();
    }
    throw untrusted("RSA key has neither modulus nor certificate");
  }

  private static Refused untrusted(String why) {
    return new Refused(ATT_VERIFIER_UNTRUSTED, why);
  }
}
