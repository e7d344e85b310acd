package dev.postern.attestation.mint;

import dev.postern.attestation.Digests;
import dev.postern.attestation.ProofVerifier;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Signs proofs of possession with the {@code cnf} key, which it brings along in the header. */
public final class ProofSigner {
  /**
   * What a proof is for.
   *
   * @param audience the gateway's id from the caller's own configuration, never from the gateway
   * @param token the token itself; its SHA-256 becomes {@code ath}
   * @param serverCertificate the server's leaf certificate as the caller saw it
   */
  public record Request(
      String audience,
      String challenge,
      String token,
      String sessionId,
      String target,
      String tool,
      List<String> scopes,
      Optional<X509Certificate> serverCertificate) {
    public Request {
      scopes = List.copyOf(scopes);
    }

    @Override
    public String toString() {
      return "Request[" + target + ", " + tool + "]"; // the token stays out
    }
  }

  private final SigningKey key;

  public ProofSigner(SigningKey key) {
    this.key = key;
  }

  public String sign(Request request) {
    return key.signJws(header(), claims(request));
  }

  /** The header of its proofs. */
  public JsonObject header() {
    var header = new LinkedHashMap<String, JsonValue>();
    header.put("alg", new JsonString(key.algorithm().wireName()));
    header.put("typ", new JsonString(ProofVerifier.TYPE));
    header.put("jwk", key.publicJwk().toJson());
    return new JsonObject(header);
  }

  /** The claims of a proof. */
  public JsonObject claims(Request request) {
    var claims = new LinkedHashMap<String, JsonValue>();
    claims.put("aud", new JsonString(request.audience()));
    claims.put("challenge", new JsonString(request.challenge()));
    claims.put("ath", new JsonString(Digests.base64Url(Digests.sha256(request.token()))));
    claims.put("session_id", new JsonString(request.sessionId()));
    claims.put("target", new JsonString(request.target()));
    claims.put("tool", new JsonString(request.tool()));
    claims.put("scopes", JsonArray.ofStrings(request.scopes()));
    request
        .serverCertificate()
        .ifPresent(leaf -> claims.put("srv", new JsonString(Digests.certificateSha256(leaf))));
    return new JsonObject(claims);
  }
}
