package dev.postern.attestation.arm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_PROFILE_UNSUPPORTED;

import dev.postern.attestation.cbor.CborLimits;
import dev.postern.attestation.cbor.CborReader;
import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cose.CoseSign1;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A PSA attestation token as it stands, unverified.
 *
 * <p>Two spellings are in the field: claims numbered by RFC 9783, and the older private numbers
 * -75000 to -75010. A token has one of them; claims of neither are not looked at.
 *
 * @param profile as the token names it; {@value #LEGACY_PROFILE} where an old token names none
 * @param clientId who asked for it: negative is the non-secure side, positive a secure partition
 * @param lifecycle the security lifecycle, 0 to 0xffff
 * @param implementationId the immutable hardware and root of trust, 32 bytes
 * @param nonce the challenge: 32, 48 or 64 bytes
 * @param instanceId the device, 33 bytes that start with 01
 * @param components measured firmware; empty if the device says that it measures none
 */
public record PsaToken(
    CoseSign1 message,
    String profile,
    long clientId,
    int lifecycle,
    Octets implementationId,
    Octets nonce,
    Octets instanceId,
    Optional<Octets> bootSeed,
    Optional<String> certificationReference,
    Optional<String> verificationService,
    List<SoftwareComponent> components) {
  static final String LEGACY_PROFILE = "PSA_IOT_PROFILE_1";

  private static final String NAME = "PSA token";
  private static final int MAX_BYTES = 32 * 1024;
  private static final Set<String> PROFILES =
      Set.of("http://arm.com/psa/2.0.0", "tag:psacertified.org,2023:psa#tfm");
  private static final int NO_MEASUREMENTS_LEGACY = -75007;

  /** The numbers of one spelling, in the order that {@link #read} asks for them. */
  private record Labels(
      long profile,
      long client,
      long lifecycle,
      long implementation,
      long bootSeed,
      long certification,
      long components,
      long nonce,
      long instance,
      long service) {
    private boolean used(CborMap claims) {
      for (CborValue key : claims.entries().keySet()) {
        if (key instanceof CborInt(long number)
            && List.of(
                    profile,
                    client,
                    lifecycle,
                    implementation,
                    bootSeed,
                    certification,
                    components,
                    nonce,
                    instance,
                    service)
                .contains(number)) {
          return true;
        }
      }
      return false;
    }
  }

  private static final Labels CURRENT =
      new Labels(265, 2394, 2395, 2396, 2397, 2398, 2399, 10, 256, 2400);
  private static final Labels LEGACY =
      new Labels(-75000, -75001, -75002, -75003, -75004, -75005, -75006, -75008, -75009, -75010);

  public PsaToken {
    components = List.copyOf(components);
  }

  /** Reads a token. A symmetrically authenticated one (COSE_Mac0) is not taken. */
  public static PsaToken parse(byte[] bytes) throws Refused {
    if (bytes.length > MAX_BYTES) {
      throw Refused.malformed("PSA token longer than " + MAX_BYTES + " bytes");
    }
    CoseSign1 message = CoseSign1.parse(bytes);
    CborMap map = CborReader.readMap(message.payload().toByteArray(), CborLimits.EVIDENCE);
    boolean legacy = LEGACY.used(map);
    if (legacy && CURRENT.used(map)) {
      throw Refused.malformed("PSA token mixes the claims of two profiles");
    }
    var claims = new ArmClaims(NAME, map);
    Labels labels = legacy ? LEGACY : CURRENT;
    String profile =
        legacy && !claims.has(labels.profile())
            ? LEGACY_PROFILE
            : claims.text(labels.profile(), "profile");
    if (!(legacy ? profile.equals(LEGACY_PROFILE) : PROFILES.contains(profile))) {
      throw new Refused(ATT_PROFILE_UNSUPPORTED, "PSA profile `" + profile + "`");
    }
    return read(message, claims, labels, profile);
  }

  private static PsaToken read(CoseSign1 message, ArmClaims claims, Labels labels, String profile)
      throws Refused {
    long client =
        claims.integer(labels.client(), "client id", Integer.MIN_VALUE, Integer.MAX_VALUE);
    if (client == 0) {
      throw claims.malformed("client id", "other than zero");
    }
    boolean unmeasured = claims.has(NO_MEASUREMENTS_LEGACY);
    if (unmeasured && claims.has(labels.components())) {
      throw Refused.malformed("PSA token has measurements and says that it has none");
    }
    return new PsaToken(
        message,
        profile,
        client,
        (int) claims.integer(labels.lifecycle(), "security lifecycle", 0, 0xffff),
        claims.bytes(labels.implementation(), "implementation id", 32),
        claims.bytes(labels.nonce(), "nonce", 32, 48, 64),
        claims.instanceId(labels.instance()),
        bootSeed(claims, labels.bootSeed()),
        claims.optionalText(labels.certification(), "certification reference"),
        claims.optionalText(labels.service(), "verification service"),
        unmeasured ? List.of() : claims.components(labels.components()));
  }

  private static Optional<Octets> bootSeed(ArmClaims claims, long key) throws Refused {
    if (!claims.has(key)) {
      return Optional.empty();
    }
    Octets seed = claims.bytes(key, "boot seed");
    if (seed.length() < 8 || seed.length() > 32) {
      throw claims.malformed("boot seed", "8 to 32 bytes");
    }
    return Optional.of(seed);
  }
}
