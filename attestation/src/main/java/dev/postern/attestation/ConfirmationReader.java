package dev.postern.attestation;

import static dev.postern.attestation.Reason.BINDING_MISMATCH;
import static dev.postern.attestation.Reason.BINDING_MISSING;

import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Reads {@code cnf} of an outer token. A {@code cnf} that names no key in a form understood here
 * would make a bearer token of it (RFC 7800 §3.1 says to ignore unknown members), so it is refused.
 */
final class ConfirmationReader {
  private ConfirmationReader() {}

  /** The key of a self-attested token: {@code cnf.jwk} and nothing else. */
  static PublicJwk requireOwnKey(JsonObject claims) throws Refusal {
    JsonObject cnf = requireOneMember(claims);
    if (!(cnf.members().get("jwk") instanceof JsonObject jwk)) {
      throw new Refusal(BINDING_MISSING, "a token without `iss` needs its key in `cnf.jwk`");
    }
    return publicJwk(jwk);
  }

  /** The key that {@code cnf} names, held against the caller's certificate where it is one's. */
  static ConfirmedKey require(
      JsonObject claims, CallerContext caller, Optional<PublicJwk> alreadyRead) throws Refusal {
    if (alreadyRead.isPresent()) {
      return withoutCertificate(Confirmation.Kind.JWK, alreadyRead.get());
    }
    JsonObject cnf = requireOneMember(claims);
    Optional<JsonValue> jkt = cnf.get("jkt");
    if (jkt.isPresent()) {
      return new ConfirmedKey(
          new Confirmation(Confirmation.Kind.JKT, thumbprint("jkt", jkt.get()), Optional.empty()),
          Optional.empty());
    }
    Optional<JsonValue> jwk = cnf.get("jwk");
    if (jwk.isPresent()) {
      if (!(jwk.get() instanceof JsonObject object)) {
        throw new Refusal(BINDING_MISSING, "`cnf.jwk` is not an object");
      }
      return withoutCertificate(Confirmation.Kind.JWK, publicJwk(object));
    }
    JsonValue x5t = cnf.get("x5t#S256").orElseThrow(IllegalStateException::new);
    return requireCertificate(thumbprint("x5t#S256", x5t), caller);
  }

  private static ConfirmedKey requireCertificate(Thumbprint expected, CallerContext caller)
      throws Refusal {
    if (caller.clientCertificate().isEmpty()) {
      throw new Refusal(BINDING_MISMATCH, "bound to a client certificate, and none came");
    }
    X509Certificate leaf = caller.clientCertificate().get();
    Thumbprint presented;
    try {
      presented = Thumbprint.copyOf(Digests.sha256(leaf.getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new Refusal(BINDING_MISMATCH, "the client certificate has no DER form");
    }
    if (!presented.equals(expected)) {
      throw new Refusal(BINDING_MISMATCH, "bound to another client certificate");
    }
    try {
      PublicJwk key = PublicJwk.of(leaf.getPublicKey());
      return new ConfirmedKey(
          new Confirmation(Confirmation.Kind.X5T_S256, key.thumbprint(), Optional.of(key)),
          Optional.of(presented));
    } catch (JwkException e) {
      throw new Refusal(BINDING_MISMATCH, "the client certificate's key " + e.getMessage());
    }
  }

  private static ConfirmedKey withoutCertificate(Confirmation.Kind kind, PublicJwk key) {
    return new ConfirmedKey(
        new Confirmation(kind, key.thumbprint(), Optional.of(key)), Optional.empty());
  }

  private static JsonObject requireOneMember(JsonObject claims) throws Refusal {
    JsonObject cnf =
        claims
            .object("cnf")
            .orElseThrow(() -> new Refusal(BINDING_MISSING, "`cnf` is not an object"));
    int understood = 0;
    for (Confirmation.Kind kind : Confirmation.Kind.values()) {
      understood += cnf.has(kind.member()) ? 1 : 0;
    }
    if (understood != 1) {
      throw new Refusal(
          BINDING_MISSING, "`cnf` has " + understood + " of jkt, jwk and x5t#S256, not one");
    }
    return cnf;
  }

  private static Thumbprint thumbprint(String member, JsonValue value) throws Refusal {
    if (!(value instanceof JsonString(String text))) {
      throw new Refusal(BINDING_MISSING, "`cnf." + member + "` is not a string");
    }
    return Thumbprint.parse(text)
        .orElseThrow(
            () ->
                new Refusal(BINDING_MISMATCH, "`cnf." + member + "` is not 32 bytes in base64url"));
  }

  private static PublicJwk publicJwk(JsonObject jwk) throws Refusal {
    try {
      return PublicJwk.parse(jwk);
    } catch (JwkException e) {
      throw new Refusal(BINDING_MISSING, "`cnf.jwk` " + e.getMessage());
    }
  }
}
