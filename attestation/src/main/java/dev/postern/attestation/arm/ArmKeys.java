package dev.postern.attestation.arm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_VERIFIER_UNTRUSTED;

import dev.postern.attestation.cose.CoseSign1;
import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.attestation.x509.Pem;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attestation keys of devices and platforms (IAK, CPAK) that somebody decided to believe.
 *
 * <p>A JWK whose {@code kid} is an instance id, 66 hex digits that start with 01, vouches for that
 * instance only. Any other key vouches for every instance; there are few of these, as each is
 * tried.
 */
public final class ArmKeys {
  /** No key at all: nothing is believed. */
  public static final ArmKeys NONE = new ArmKeys(List.of());

  private static final int MAX_KEYS = 4096;
  private static final int MAX_UNNAMED = 16;
  private static final int INSTANCE_ID = 33;

  private record Entry(Optional<Octets> instance, PublicKey key) {}

  private final List<Entry> entries;

  private ArmKeys(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * Reads files: a JWK, a JWK set, or PEM {@code PUBLIC KEY} blocks each.
   *
   * @throws Refused if one is anything else, or there are too many
   */
  public static ArmKeys parse(List<Octets> files) throws Refused {
    var entries = new ArrayList<Entry>();
    for (Octets file : files) {
      byte[] bytes = file.toByteArray();
      if (Pem.looksLike(bytes)) {
        for (Pem.Block block : Pem.blocks(bytes, MAX_KEYS)) {
          entries.add(new Entry(Optional.empty(), spki(block)));
        }
      } else {
        addJwks(bytes, entries);
      }
    }
    long unnamed = entries.stream().filter(entry -> entry.instance().isEmpty()).count();
    if (entries.size() > MAX_KEYS || unnamed > MAX_UNNAMED) {
      throw Refused.malformed(
          "more than %d keys, or more than %d of no instance".formatted(MAX_KEYS, MAX_UNNAMED));
    }
    return new ArmKeys(entries);
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Requires that a key pinned for {@code instance} signed {@code message}. */
  void requireSigned(CoseSign1 message, Octets instance, String what) throws Refused {
    Optional<Refused> last = Optional.empty();
    for (Entry entry : entries) {
      if (entry.instance().isEmpty() || entry.instance().get().equals(instance)) {
        try {
          message.requireSignedBy(entry.key(), what);
          return;
        } catch (Refused refused) {
          // of several refusals the one about a signature tells more than one about a curve
          if (last.isEmpty() || refused.reason() == ATT_SIG_INVALID) {
            last = Optional.of(refused);
          }
        }
      }
    }
    throw last.orElseGet(
        () -> new Refused(ATT_VERIFIER_UNTRUSTED, what + ": no key is pinned for this instance"));
  }

  private static void addJwks(byte[] bytes, List<Entry> entries) throws Refused {
    JsonObject json;
    try {
      json = JsonReader.readObject(bytes, JsonLimits.DOCUMENT);
    } catch (JsonException malformed) {
      throw Refused.malformed("neither a JWK set nor PEM: " + malformed.getMessage());
    }
    List<JsonValue> keys =
        json.has("keys") ? json.array("keys").orElse(JsonArray.EMPTY).elements() : List.of(json);
    for (JsonValue key : keys) {
      if (!(key instanceof JsonObject jwk)) {
        throw Refused.malformed("a key set has an entry that is no key");
      }
      entries.add(new Entry(instance(jwk), key(jwk)));
    }
  }

  private static Optional<Octets> instance(JsonObject jwk) {
    return jwk.string("kid")
        .filter(kid -> kid.matches("01[0-9a-f]{" + 2 * (INSTANCE_ID - 1) + "}"))
        .map(Octets::ofHex);
  }

  private static PublicKey key(JsonObject jwk) throws Refused {
    if (jwk.has("d") || !jwk.string("kty").equals(Optional.of("EC"))) {
      throw Refused.malformed("a JWK is no public EC key");
    }
    Ecdsa curve =
        switch (jwk.string("crv").orElse("")) {
          case "P-256" -> Ecdsa.P256;
          case "P-384" -> Ecdsa.P384;
          case "P-521" -> Ecdsa.P521;
          default -> throw Refused.malformed("a JWK's curve is none of P-256, P-384, P-521");
        };
    return curve.key(
        coordinate(jwk, "x", curve.width()), coordinate(jwk, "y", curve.width()), "JWK");
  }

  private static Octets coordinate(JsonObject jwk, String name, int width) throws Refused {
    return jwk.string(name)
        .flatMap(TextForms::base64)
        .filter(bytes -> bytes.length == width)
        .map(Octets::copyOf)
        .orElseThrow(() -> Refused.malformed("a JWK's `" + name + "` is of another length"));
  }

  private static PublicKey spki(Pem.Block block) throws Refused {
    if (block.label().equals("PUBLIC KEY")) {
      try {
        PublicKey key =
            KeyFactory.getInstance("EC")
                .generatePublic(new X509EncodedKeySpec(block.der().toByteArray()));
        if (Ecdsa.P256.isOnCurve(key) || Ecdsa.P384.isOnCurve(key) || Ecdsa.P521.isOnCurve(key)) {
          return key;
        }
      } catch (GeneralSecurityException noEcKey) {
        // falls through to the refusal
      }
    }
    throw Refused.malformed("PEM block `" + block.label() + "` is no public EC key");
  }
}
