package dev.postern.attestation.arm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_PROFILE_UNSUPPORTED;

import dev.postern.attestation.cbor.CborLimits;
import dev.postern.attestation.cbor.CborReader;
import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.cose.CoseSign1;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A CCA attestation token as it stands, unverified: a platform token and the realm token that it
 * carries, tied by the hash of the realm's key.
 *
 * <p>Source: draft-ffm-rats-cca-token and the RMM specification, "Realm attestation". Tag 399 with
 * tokens as byte strings is the older envelope; a record of content format 263 around each token
 * the newer.
 */
public record CcaToken(Platform platform, Realm realm) {
  private static final int MAX_BYTES = 32 * 1024;
  private static final long TAG = 399;
  private static final long TAG_COLLECTION = 907;
  private static final long PLATFORM = 44234;
  private static final long REALM = 44241;
  private static final long EAT_CWT = 263;
  private static final CborLimits LIMITS =
      new CborLimits(MAX_BYTES, 16, 256, Set.of(18L, 61L, TAG, TAG_COLLECTION));
  private static final Set<String> PLATFORM_PROFILES =
      Set.of("http://arm.com/CCA-SSD/1.0.0", "tag:arm.com,2023:cca_platform#1.0.0");
  private static final Set<String> REALM_PROFILES = Set.of("tag:arm.com,2023:realm#1.0.0");
  private static final int REMS = 4;

  /**
   * The firmware below the realm, signed by the platform's key.
   *
   * @param challenge hash of the realm's key
   * @param lifecycle 0 to 0xffff
   * @param configuration opaque; how debug and memory protection are set up
   * @param hash what the components were measured with
   */
  public record Platform(
      CoseSign1 message,
      String profile,
      Octets challenge,
      Octets implementationId,
      Octets instanceId,
      int lifecycle,
      Octets configuration,
      String hash,
      Optional<String> verificationService,
      List<SoftwareComponent> components) {
    public Platform {
      components = List.copyOf(components);
    }
  }

  /**
   * The realm, signed by a key of its own.
   *
   * @param profile empty in old tokens
   * @param challenge the verifier's, 64 bytes
   * @param personalization given by whoever made the realm, 64 bytes
   * @param initial the initial measurement
   * @param extensible four measurements that the realm itself extends
   * @param hash what they were measured with
   * @param key the bytes of the key's claim, whose hash is the platform's challenge
   * @param keyHash which hash that is
   */
  public record Realm(
      CoseSign1 message,
      Optional<String> profile,
      Octets challenge,
      Octets personalization,
      Octets initial,
      List<Octets> extensible,
      String hash,
      Octets key,
      Hashes keyHash) {
    public Realm {
      extensible = List.copyOf(extensible);
    }
  }

  /** Reads a token. */
  public static CcaToken parse(byte[] bytes) throws Refused {
    if (CborReader.read(bytes, LIMITS) instanceof CborTag(long tag, CborMap parts)
        && (tag == TAG || tag == TAG_COLLECTION)
        && parts.entries().size() == 2) {
      var collection = new ArmClaims("CCA token", parts);
      return new CcaToken(
          platform(message(collection.required(PLATFORM, "platform token"))),
          realm(message(collection.required(REALM, "realm token"))));
    }
    throw Refused.malformed("not a CCA token: tag 399 or 907 around a platform and a realm token");
  }

  private static CoseSign1 message(CborValue value) throws Refused {
    CborValue inner = value;
    if (inner instanceof CborArray(List<CborValue> record)
        && record.size() == 2
        && record.getFirst().equals(new CborInt(EAT_CWT))) {
      inner = record.getLast();
    }
    if (inner instanceof CborBytes(Octets encoded)) {
      return CoseSign1.parse(encoded.toByteArray());
    }
    throw Refused.malformed("a part of the CCA token is not a byte string");
  }

  private static ArmClaims claims(CoseSign1 message, String name) throws Refused {
    return new ArmClaims(name, CborReader.readMap(message.payload().toByteArray(), LIMITS));
  }

  private static Platform platform(CoseSign1 message) throws Refused {
    ArmClaims claims = claims(message, "CCA platform token");
    String profile = claims.text(265, "profile");
    if (!PLATFORM_PROFILES.contains(profile)) {
      throw new Refused(ATT_PROFILE_UNSUPPORTED, "CCA platform profile `" + profile + "`");
    }
    return new Platform(
        message,
        profile,
        claims.bytes(10, "challenge", 32, 48, 64),
        claims.bytes(2396, "implementation id", 32),
        claims.instanceId(256),
        (int) claims.integer(2395, "security lifecycle", 0, 0xffff),
        claims.bytes(2401, "configuration"),
        claims.text(2402, "hash algorithm"),
        claims.optionalText(2400, "verification service"),
        claims.components(2399));
  }

  private static Realm realm(CoseSign1 message) throws Refused {
    ArmClaims claims = claims(message, "CCA realm token");
    Optional<String> profile = claims.optionalText(265, "profile");
    if (profile.isPresent() && !REALM_PROFILES.contains(profile.get())) {
      throw new Refused(ATT_PROFILE_UNSUPPORTED, "CCA realm profile `" + profile.get() + "`");
    }
    return new Realm(
        message,
        profile,
        claims.bytes(10, "challenge", 64),
        claims.bytes(44235, "personalization value", 64),
        claims.bytes(44238, "initial measurement", 32, 48, 64),
        extensible(claims),
        claims.text(44236, "hash algorithm"),
        claims.bytes(44237, "public key"),
        hash(claims.text(44240, "public key hash algorithm")));
  }

  private static List<Octets> extensible(ArmClaims claims) throws Refused {
    if (!(claims.required(44239, "extensible measurements")
            instanceof CborArray(List<CborValue> elements))
        || elements.size() != REMS) {
      throw claims.malformed("extensible measurements", "a list of four");
    }
    var values = new ArrayList<Octets>();
    for (CborValue element : elements) {
      values.add(claims.bytes(element, "extensible measurement", 32, 48, 64));
    }
    return values;
  }

  private static Hashes hash(String name) throws Refused {
    return switch (name) {
      case "sha-256" -> Hashes.SHA256;
      case "sha-384" -> Hashes.SHA384;
      case "sha-512" -> Hashes.SHA512;
      default -> throw Refused.malformed("CCA public key hash `" + name + "`");
    };
  }
}
