package dev.postern.attestation.arm;

import dev.postern.attestation.cbor.CborLimits;
import dev.postern.attestation.cbor.CborReader;
import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * A realm's attestation key as its token carries it: a COSE_Key, or in old tokens a bare
 * uncompressed point of P-384.
 */
final class RealmKey {
  private static final int UNCOMPRESSED = 4;
  private static final long KEY_TYPE = 1;
  private static final long KEY_TYPE_EC2 = 2;
  private static final long CURVE = -1;
  private static final long X = -2;
  private static final long Y = -3;

  private RealmKey() {}

  static PublicKey parse(Octets bytes) throws Refused {
    int width = Ecdsa.P384.width();
    if (bytes.length() == 1 + 2 * width && bytes.at(0) == UNCOMPRESSED) {
      return Ecdsa.P384.key(
          bytes.slice(1, 1 + width), bytes.slice(1 + width, 1 + 2 * width), "realm key");
    }
    CborMap key = CborReader.readMap(bytes.toByteArray(), CborLimits.EVIDENCE);
    if (!key.get(KEY_TYPE).equals(Optional.of(new CborInt(KEY_TYPE_EC2)))) {
      throw Refused.malformed("realm key is not of type EC2");
    }
    Ecdsa curve = curve(key);
    return curve.key(coordinate(key, X, curve), coordinate(key, Y, curve), "realm key");
  }

  private static Ecdsa curve(CborMap key) throws Refused {
    List<Ecdsa> curves = List.of(Ecdsa.P256, Ecdsa.P384, Ecdsa.P521);
    CborValue named = key.get(CURVE).orElse(new CborInt(0));
    if (named instanceof CborInt(long curve) && curve >= 1 && curve <= curves.size()) {
      return curves.get((int) curve - 1);
    }
    throw Refused.malformed("realm key is on none of P-256, P-384, P-521");
  }

  private static Octets coordinate(CborMap key, long name, Ecdsa curve) throws Refused {
    if (key.get(name).orElse(new CborInt(0)) instanceof CborBytes(Octets value)
        && value.length() == curve.width()) {
      return value;
    }
    throw Refused.malformed("a coordinate of the realm key is of another length");
  }
}
