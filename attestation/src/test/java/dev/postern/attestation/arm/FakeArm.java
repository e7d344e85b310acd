package dev.postern.attestation.arm;

import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.cbor.CborWriter;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.TestCa;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tokens with keys of our own: claims by number, signed after whatever was changed. */
public final class FakeArm {
  public static final Octets INSTANCE = Octets.ofHex("01" + "ab".repeat(32));

  public final KeyPair attestationKeys = TestCa.keys("secp256r1");
  public final KeyPair realmKeys = TestCa.keys("secp384r1");

  /** The pinned key as a JWK; {@code kid} may name an instance. */
  public Octets jwk(String kid) {
    var key = (ECPublicKey) attestationKeys.getPublic();
    var url = Base64.getUrlEncoder().withoutPadding();
    return Octets.copyOf(
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
            .formatted(
                kid,
                url.encodeToString(fixed(key.getW().getAffineX(), 32)),
                url.encodeToString(fixed(key.getW().getAffineY(), 32)))
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** Claims of a device in good order, with this nonce. */
  public static Map<Long, CborValue> psaClaims(Octets nonce) {
    var claims = new LinkedHashMap<Long, CborValue>();
    claims.put(265L, new CborText("tag:psacertified.org,2023:psa#tfm"));
    claims.put(10L, new CborBytes(nonce));
    claims.put(256L, new CborBytes(INSTANCE));
    claims.put(2394L, new CborInt(-7));
    claims.put(2395L, new CborInt(0x3001));
    claims.put(2396L, bytes(32, 3));
    claims.put(2397L, bytes(16, 4));
    claims.put(2399L, new CborArray(List.of(component("BL", 5), component("ARoT", 6))));
    return claims;
  }

  /** The same device as it spoke before RFC 9783. */
  public static Map<Long, CborValue> legacyClaims(Octets nonce) {
    var claims = new LinkedHashMap<Long, CborValue>();
    Map<Long, CborValue> current = psaClaims(nonce);
    claims.put(-75000L, new CborText("PSA_IOT_PROFILE_1"));
    claims.put(-75008L, new CborBytes(nonce));
    claims.put(-75009L, current.get(256L));
    claims.put(-75001L, current.get(2394L));
    claims.put(-75002L, current.get(2395L));
    claims.put(-75003L, current.get(2396L));
    claims.put(-75006L, current.get(2399L));
    return claims;
  }

  static CborMap component(String type, int fill) {
    return map(
        Map.of(
            1L,
            new CborText(type),
            2L,
            bytes(32, fill),
            4L,
            new CborText("1.0"),
            5L,
            bytes(32, 9)));
  }

  public Map<Long, CborValue> platformClaims() {
    var claims = new LinkedHashMap<Long, CborValue>();
    claims.put(265L, new CborText("tag:arm.com,2023:cca_platform#1.0.0"));
    claims.put(10L, new CborBytes(Hashes.SHA256.of(coseKey().toByteArray())));
    claims.put(2396L, bytes(32, 3));
    claims.put(256L, new CborBytes(INSTANCE));
    claims.put(2401L, bytes(4, 1));
    claims.put(2395L, new CborInt(0x3000));
    claims.put(2399L, new CborArray(List.of(component("BL", 5))));
    claims.put(2402L, new CborText("sha-256"));
    return claims;
  }

  public Map<Long, CborValue> realmClaims(Octets challenge) {
    var claims = new LinkedHashMap<Long, CborValue>();
    claims.put(265L, new CborText("tag:arm.com,2023:realm#1.0.0"));
    claims.put(10L, new CborBytes(challenge));
    claims.put(44235L, bytes(64, 0));
    claims.put(44238L, bytes(32, 7));
    claims.put(
        44239L, new CborArray(List.of(bytes(32, 0), bytes(32, 0), bytes(32, 0), bytes(32, 8))));
    claims.put(44236L, new CborText("sha-256"));
    claims.put(44237L, new CborBytes(coseKey()));
    claims.put(44240L, new CborText("sha-256"));
    return claims;
  }

  /** The realm's key as COSE_Key. */
  Octets coseKey() {
    var point = ((ECPublicKey) realmKeys.getPublic()).getW();
    return Octets.copyOf(
        CborWriter.write(
            map(
                new LinkedHashMap<>(
                    Map.of(
                        1L, new CborInt(2),
                        -1L, new CborInt(2),
                        -2L, new CborBytes(Octets.copyOf(fixed(point.getAffineX(), 48))),
                        -3L, new CborBytes(Octets.copyOf(fixed(point.getAffineY(), 48))))))));
  }

  /** The realm's key as old tokens have it. */
  Octets rawPoint() {
    var point = ((ECPublicKey) realmKeys.getPublic()).getW();
    byte[] raw = new byte[97];
    raw[0] = 4;
    System.arraycopy(fixed(point.getAffineX(), 48), 0, raw, 1, 48);
    System.arraycopy(fixed(point.getAffineY(), 48), 0, raw, 49, 48);
    return Octets.copyOf(raw);
  }

  public byte[] psa(Map<Long, CborValue> claims) {
    return sign(claims, attestationKeys);
  }

  public byte[] cca(Map<Long, CborValue> platform, Map<Long, CborValue> realm) {
    return envelope(399, sign(platform, attestationKeys), sign(realm, realmKeys));
  }

  static byte[] envelope(long tag, byte[] platform, byte[] realm) {
    return CborWriter.write(
        new CborTag(
            tag,
            map(
                Map.of(
                    44234L, new CborBytes(Octets.copyOf(platform)),
                    44241L, new CborBytes(Octets.copyOf(realm))))));
  }

  /** A COSE_Sign1 of these claims; the algorithm follows the key's curve. */
  static byte[] sign(Map<Long, CborValue> claims, KeyPair keys) {
    boolean p256 = width(keys.getPublic()) == 32;
    var header =
        new CborBytes(
            Octets.copyOf(CborWriter.write(map(Map.of(1L, new CborInt(p256 ? -7 : -35))))));
    var payload = new CborBytes(Octets.copyOf(CborWriter.write(map(claims))));
    byte[] signed =
        CborWriter.write(
            new CborArray(
                List.of(new CborText("Signature1"), header, new CborBytes(Octets.EMPTY), payload)));
    try {
      Signature signer =
          Signature.getInstance((p256 ? "SHA256" : "SHA384") + "withECDSAinP1363Format");
      signer.initSign(keys.getPrivate());
      signer.update(signed);
      return CborWriter.write(
          new CborTag(
              18,
              new CborArray(
                  List.of(
                      header,
                      new CborMap(Map.of()),
                      payload,
                      new CborBytes(Octets.copyOf(signer.sign()))))));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static CborMap map(Map<Long, CborValue> entries) {
    var all = new LinkedHashMap<CborValue, CborValue>();
    entries.forEach((key, value) -> all.put(new CborInt(key), value));
    return new CborMap(all);
  }

  static CborBytes bytes(int length, int fill) {
    byte[] all = new byte[length];
    Arrays.fill(all, (byte) fill);
    return new CborBytes(Octets.copyOf(all));
  }

  private static int width(PublicKey key) {
    return (((ECPublicKey) key).getParams().getOrder().bitLength() + 7) / 8;
  }

  private static byte[] fixed(BigInteger value, int width) {
    byte[] all = value.toByteArray();
    byte[] out = new byte[width];
    int length = Math.min(all.length, width);
    System.arraycopy(all, all.length - length, out, width - length, length);
    return out;
  }
}
