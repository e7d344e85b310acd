package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;

/**
 * A TPMT_PUBLIC: a key with the attributes that the TPM enforces on it.
 *
 * <p>Source: TPM 2.0 Library part 2, §12.2.4; attributes §8.3.
 *
 * @param name nameAlg then its digest over the structure: what a certification speaks of
 */
public record TpmPublic(Octets raw, long attributes, PublicKey key, Octets name) {
  private static final int RSA = 0x0001;
  private static final int ECC = 0x0023;
  private static final int NULL = 0x0010;
  private static final int MAX_BYTES = 1024;

  private static final int FIXED_TPM = 1;
  private static final int FIXED_PARENT = 4;
  private static final int SENSITIVE_DATA_ORIGIN = 5;
  private static final int RESTRICTED = 16;
  private static final int DECRYPT = 17;
  private static final int SIGN = 18;

  /** Reads a TPMT_PUBLIC, or a TPM2B_PUBLIC around one. */
  public static TpmPublic parse(byte[] bytes) throws Refused {
    if (bytes.length > MAX_BYTES) {
      throw Refused.malformed("TPMT_PUBLIC longer than " + MAX_BYTES + " bytes");
    }
    var in = new ByteCursor(bytes, "TPMT_PUBLIC");
    int type = in.u16be();
    if (type == bytes.length - 2 && type != RSA && type != ECC) {
      return parse(Octets.copyOf(bytes, 2, bytes.length).toByteArray());
    }
    int nameAlgorithm = in.u16be();
    long attributes = in.u32be();
    Octets _ = TpmAttest.sized(in, 64, "authPolicy");
    int symmetric = in.u16be();
    if (symmetric != NULL) {
      in.skip(4); // keyBits and mode
    }
    int scheme = in.u16be();
    if (scheme != NULL) {
      in.skip(2); // its hash
    }
    PublicKey key =
        switch (type) {
          case RSA -> rsa(in);
          case ECC -> ecc(in);
          default ->
              throw new Refused(ATT_ALG_NOT_ALLOWED, "TPM key type 0x" + Integer.toHexString(type));
        };
    in.end();
    byte[] id = {(byte) (nameAlgorithm >>> 8), (byte) nameAlgorithm};
    Octets digest = TpmHash.of(nameAlgorithm).of(bytes);
    byte[] name = new byte[2 + digest.length()];
    System.arraycopy(id, 0, name, 0, 2);
    System.arraycopy(digest.toByteArray(), 0, name, 2, digest.length());
    return new TpmPublic(Octets.copyOf(bytes), attributes, key, Octets.copyOf(name));
  }

  /** Whether the TPM lets this key sign only what the TPM itself made, and never lets it out. */
  public boolean isAttestationKey() {
    return has(RESTRICTED)
        && has(SIGN)
        && !has(DECRYPT)
        && has(FIXED_TPM)
        && has(FIXED_PARENT)
        && has(SENSITIVE_DATA_ORIGIN);
  }

  /** Whether the key was made in this TPM, signs, and cannot leave. */
  public boolean isBoundSigningKey() {
    return has(SIGN) && has(FIXED_TPM) && has(FIXED_PARENT) && has(SENSITIVE_DATA_ORIGIN);
  }

  private boolean has(int bit) {
    return (attributes >>> bit & 1) != 0;
  }

  private static PublicKey rsa(ByteCursor in) throws Refused {
    int bits = in.u16be();
    long exponent = in.u32be();
    Octets modulus = TpmAttest.sized(in, 512, "modulus");
    if (bits < 2048 || modulus.length() * 8 != bits) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "TPM RSA key of " + bits + " bits");
    }
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(
              new RSAPublicKeySpec(
                  new BigInteger(1, modulus.toByteArray()),
                  BigInteger.valueOf(exponent == 0 ? 65537 : exponent)));
    } catch (GeneralSecurityException refused) {
      throw Refused.malformed("TPM RSA key is not a key");
    }
  }

  private static PublicKey ecc(ByteCursor in) throws Refused {
    int curve = in.u16be();
    Ecdsa ecdsa =
        switch (curve) {
          case 0x0003 -> Ecdsa.P256;
          case 0x0004 -> Ecdsa.P384;
          default ->
              throw new Refused(ATT_ALG_NOT_ALLOWED, "TPM curve 0x" + Integer.toHexString(curve));
        };
    int kdf = in.u16be();
    if (kdf != NULL) {
      in.skip(2);
    }
    Octets x = TpmAttest.sized(in, ecdsa.width(), "x");
    Octets y = TpmAttest.sized(in, ecdsa.width(), "y");
    return ecdsa.key(x, y, "TPM key");
  }
}
