package dev.postern.attestation.evidence;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;

/**
 * ECDSA as Evidence uses it: fixed-width r and s, each within 1..n-1, and a key on the curve that
 * the format prescribes. A provider's own leniency never decides.
 */
public final class Ecdsa {
  public static final Ecdsa P256 = new Ecdsa("secp256r1", 32, "SHA256withECDSAinP1363Format");
  public static final Ecdsa P384 = new Ecdsa("secp384r1", 48, "SHA384withECDSAinP1363Format");
  public static final Ecdsa P521 = new Ecdsa("secp521r1", 66, "SHA512withECDSAinP1363Format");

  private final String curve;
  private final int width;
  private final String algorithm;
  private final ECParameterSpec parameters;

  private Ecdsa(String curve, int width, String algorithm) {
    this.curve = curve;
    this.width = width;
    this.algorithm = algorithm;
    try {
      var named = AlgorithmParameters.getInstance("EC");
      named.init(new ECGenParameterSpec(curve));
      this.parameters = named.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("the runtime lacks " + curve, impossible);
    }
  }

  /** Length of a coordinate, of r and of s, in bytes. */
  public int width() {
    return width;
  }

  /** Whether {@code key} is an EC key on this curve. */
  public boolean isOnCurve(PublicKey key) {
    return key instanceof ECPublicKey ec
        && ec.getParams().getCurve().equals(parameters.getCurve())
        && ec.getParams().getOrder().equals(parameters.getOrder())
        && ec.getParams().getGenerator().equals(parameters.getGenerator())
        && isPoint(ec.getW());
  }

  private boolean isPoint(ECPoint point) {
    if (point.equals(ECPoint.POINT_INFINITY)) {
      return false;
    }
    BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    if (x.signum() < 0 || x.compareTo(p) >= 0 || y.signum() < 0 || y.compareTo(p) >= 0) {
      return false;
    }
    BigInteger right =
        x.multiply(x)
            .add(parameters.getCurve().getA())
            .multiply(x)
            .add(parameters.getCurve().getB());
    return y.multiply(y).subtract(right).mod(p).signum() == 0;
  }

  /**
   * The public key with these big-endian coordinates.
   *
   * @throws Refused if they are not a point of the curve
   */
  public PublicKey key(Octets x, Octets y, String what) throws Refused {
    var point = new ECPoint(new BigInteger(1, x.toByteArray()), new BigInteger(1, y.toByteArray()));
    if (!isPoint(point)) {
      throw Refused.malformed(what + " is not a point on the curve");
    }
    try {
      return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, parameters));
    } catch (GeneralSecurityException refused) {
      throw Refused.malformed(what + " is not a key");
    }
  }

  /**
   * Requires that {@code signature}, r then s, both big-endian and of full width, is {@code key}'s
   * over {@code message[from, to)}.
   *
   * @param what what is signed by whom, for the detail of a refusal
   */
  public void require(
      PublicKey key, byte[] message, int from, int to, byte[] signature, String what)
      throws Refused {
    if (!isOnCurve(key)) {
      throw new Refused(EvidenceReason.ATT_ALG_NOT_ALLOWED, what + ": key is not on " + curve);
    }
    if (signature.length != 2 * width || !inRange(signature, 0) || !inRange(signature, width)) {
      throw new Refused(
          EvidenceReason.ATT_SIG_INVALID, what + ": r or s is out of range or of another length");
    }
    try {
      var verifier = Signature.getInstance(algorithm);
      verifier.initVerify(key);
      verifier.update(message, from, to - from);
      if (verifier.verify(signature)) {
        return;
      }
    } catch (GeneralSecurityException doesNotHold) {
      // falls through to the refusal: a provider that cannot check it has not checked it
    }
    throw new Refused(EvidenceReason.ATT_SIG_INVALID, what + ": signature does not hold");
  }

  /** As {@link #require(PublicKey, byte[], int, int, byte[], String)} over a whole array. */
  public void require(PublicKey key, byte[] message, byte[] signature, String what) throws Refused {
    require(key, message, 0, message.length, signature, what);
  }

  private boolean inRange(byte[] signature, int from) {
    var value = new BigInteger(1, signature, from, width);
    return value.signum() > 0 && value.compareTo(parameters.getOrder()) < 0;
  }
}
