package dev.postern.attestation.jose;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** The numbers of the curves, and what a point or a signature on them must satisfy. */
final class Curve {
  private static final BigInteger THREE = BigInteger.valueOf(3);
  private static final BigInteger P256_P =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
  private static final BigInteger P256_B =
      new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);
  private static final byte[] P256_N =
      HexFormat.of().parseHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  private static final BigInteger P384_P =
      new BigInteger(
          "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
              + "ffffffff0000000000000000ffffffff",
          16);
  private static final BigInteger P384_B =
      new BigInteger(
          "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a"
              + "c656398d8a2ed19d2a85c8edd3ec2aef",
          16);
  private static final byte[] P384_N =
      HexFormat.of()
          .parseHex(
              "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
                  + "581a0db248b0a77aecec196accc52973");

  /** Order of Ed25519's group, big endian. */
  private static final byte[] ED25519_L =
      HexFormat.of().parseHex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");

  private static final BigInteger ED25519_P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));

  /**
   * The y coordinates of Ed25519's eight points of small order, under which a signature can hold
   * for any message.
   */
  private static final Set<BigInteger> ED25519_SMALL_ORDER_Y =
      Set.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          ED25519_P.subtract(BigInteger.ONE),
          littleEndian("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
          littleEndian("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));

  private Curve() {}

  /** Whether the coordinates are a point of the curve that a signature can be checked under. */
  static boolean isUsablePoint(Algorithm algorithm, byte[] point) {
    return switch (algorithm) {
      case ES256 -> isOnCurve(point, P256_P, P256_B);
      case ES384 -> isOnCurve(point, P384_P, P384_B);
      case ED25519 -> {
        BigInteger y = ed25519Y(point);
        // a y of p or more is a second spelling of another point
        yield y.compareTo(ED25519_P) < 0 && !ED25519_SMALL_ORDER_Y.contains(y);
      }
      case RS256, PS256, PS384 -> false;
    };
  }

  /**
   * Whether a signer could have made this: the right length, {@code 1 <= r, s < n} (RFC 8725 §3.4);
   * for Ed25519 {@code S < L} (RFC 8032 §5.1.7). Equal r and s are refused too: no honest signer
   * ever makes them, and every degenerate forgery does.
   */
  static boolean isPossibleSignature(Algorithm algorithm, byte[] signature) {
    if (signature.length != algorithm.signatureBytes()) {
      return false;
    }
    if (algorithm == Algorithm.ED25519) {
      return Arrays.compareUnsigned(reversed(signature, 32, 64), ED25519_L) < 0;
    }
    byte[] order = algorithm == Algorithm.ES256 ? P256_N : P384_N;
    int half = order.length;
    return inRange(signature, 0, order)
        && inRange(signature, half, order)
        && !Arrays.equals(signature, 0, half, signature, half, 2 * half);
  }

  private static boolean inRange(byte[] signature, int from, byte[] order) {
    int to = from + order.length;
    boolean zero = true;
    for (int i = from; i < to; i++) {
      zero &= signature[i] == 0;
    }
    return !zero && Arrays.compareUnsigned(signature, from, to, order, 0, order.length) < 0;
  }

  private static boolean isOnCurve(byte[] point, BigInteger p, BigInteger b) {
    int width = point.length / 2;
    var x = new BigInteger(1, point, 0, width);
    var y = new BigInteger(1, point, width, width);
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
      return false;
    }
    // y^2 = x^3 - 3x + b
    BigInteger right = x.multiply(x).subtract(THREE).multiply(x).add(b).mod(p);
    return y.multiply(y).mod(p).equals(right);
  }

  private static BigInteger ed25519Y(byte[] point) {
    byte[] y = reversed(point, 0, 32);
    y[0] &= 0x7f; // the highest bit is the sign of x
    return new BigInteger(1, y);
  }

  private static BigInteger littleEndian(String hex) {
    return new BigInteger(1, reversed(HexFormat.of().parseHex(hex), 0, 32));
  }

  private static byte[] reversed(byte[] bytes, int from, int to) {
    byte[] reversed = new byte[to - from];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = bytes[to - 1 - i];
    }
    return reversed;
  }
}
