package dev.postern.attestation.mint;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Signs outer debug tokens, as an issuer or as the attested key itself. */
public final class DebugTokenMint {
  /**
   * What a token should say.
   *
   * @param sub {@code sub}
   * @param vouching what vouches for the key
   */
  public record Claims(
      String sub,
      String audience,
      String debuggerId,
      List<String> scopes,
      List<String> groups,
      String jti,
      Instant issuedAt,
      Duration lifetime,
      Vouching vouching) {
    public Claims {
      scopes = List.copyOf(scopes);
      groups = List.copyOf(groups);
    }

    /** Claims vouched for by a nested Attestation Result, a compact JWS. */
    public Claims(
        String sub,
        String audience,
        String debuggerId,
        List<String> scopes,
        List<String> groups,
        String jti,
        Instant issuedAt,
        Duration lifetime,
        String attestation) {
      this(
          sub,
          audience,
          debuggerId,
          scopes,
          groups,
          jti,
          issuedAt,
          lifetime,
          new Vouching.Result(attestation));
    }
  }

  /** What vouches for the caller's key. */
  public sealed interface Vouching {
    /** An Attestation Result, a compact JWS. */
    record Result(String jws) implements Vouching {}

    /** Raw Evidence. */
    record Evidence(EvidenceRecords records) implements Vouching {}
  }

  private final SigningKey key;
  private final Optional<String> issuer;
  private final String kid;

  private DebugTokenMint(SigningKey key, Optional<String> issuer, String kid) {
    this.key = key;
    this.issuer = issuer;
    this.kid = kid;
  }

  /** A mint that signs as {@code issuer}. */
  public static DebugTokenMint ofIssuer(String issuer, SigningKey key, String kid) {
    return new DebugTokenMint(key, Optional.of(issuer), kid);
  }

  /** A mint that signs with the attested key itself: no issuer, no {@code kid}. */
  public static DebugTokenMint selfAttested(SigningKey key) {
    return new DebugTokenMint(key, Optional.empty(), "");
  }

  /** A token bound to the holder's key by thumbprint; self-attested, by the key itself. */
  public String mint(Claims claims, SigningKey holder) {
    JsonObject cnf =
        issuer.isPresent()
            ? object(Map.of("jkt", new JsonString(holder.thumbprint().toString())))
            : object(Map.of("jwk", key.publicJwk().toJson()));
    return sign(toJson(claims, cnf));
  }

  /** The claims as JSON, to be changed before {@link #sign} where a test wants it. */
  public JsonObject toJson(Claims claims, JsonObject cnf) {
    var json = new LinkedHashMap<String, JsonValue>();
    issuer.ifPresent(iss -> json.put("iss", new JsonString(iss)));
    json.put("sub", new JsonString(claims.sub()));
    json.put("aud", new JsonString(claims.audience()));
    json.put("iat", JsonNumber.of(claims.issuedAt().getEpochSecond()));
    json.put("exp", JsonNumber.of(claims.issuedAt().plus(claims.lifetime()).getEpochSecond()));
    json.put("jti", new JsonString(claims.jti()));
    json.put("debugger_id", new JsonString(claims.debuggerId()));
    json.put("scope", JsonArray.ofStrings(claims.scopes()));
    if (!claims.groups().isEmpty()) {
      json.put("groups", JsonArray.ofStrings(claims.groups()));
    }
    json.put("cnf", cnf);
    switch (claims.vouching()) {
      case Vouching.Result(String jws) -> json.put("attestation", new JsonString(jws));
      case Vouching.Evidence(EvidenceRecords records) -> json.put("cmw", records.toJson());
    }
    return new JsonObject(json);
  }

  /** Signs any claims under this mint's header. */
  public String sign(JsonObject claims) {
    return key.signJws(header(), claims);
  }

  /** The header of its tokens. */
  public JsonObject header() {
    var header = new LinkedHashMap<String, JsonValue>();
    header.put("alg", new JsonString(key.algorithm().wireName()));
    header.put("typ", new JsonString("debug+jwt"));
    if (issuer.isPresent()) {
      header.put("kid", new JsonString(kid));
    }
    return new JsonObject(header);
  }

  private static JsonObject object(Map<String, JsonValue> members) {
    return new JsonObject(members);
  }
}
