package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/**
 * A TPMT_SIGNATURE as it stands.
 *
 * <p>Source: TPM 2.0 Library part 2, §11.3.4.
 *
 * @param bytes RSA: the signature; ECDSA: r then s of equal, minimal common width
 */
public record TpmSignature(Scheme scheme, Hashes hash, Octets bytes) {
  /** The signing scheme. */
  public enum Scheme {
    RSASSA,
    RSAPSS,
    ECDSA
  }

  private static final int LEAST_RSA_BITS = 2048;
  private static final int MAX_RSA_BYTES = 512;
  private static final int MAX_COORDINATE = 66;

  public static TpmSignature parse(byte[] bytes) throws Refused {
    var in = new ByteCursor(bytes, "TPMT_SIGNATURE");
    int algorithm = in.u16be();
    Scheme scheme =
        switch (algorithm) {
          case 0x0014 -> Scheme.RSASSA;
          case 0x0016 -> Scheme.RSAPSS;
          case 0x0018 -> Scheme.ECDSA;
          default ->
              throw new Refused(
                  ATT_ALG_NOT_ALLOWED, "TPM signature 0x" + Integer.toHexString(algorithm));
        };
    Hashes hash = TpmHash.of(in.u16be());
    Octets value;
    if (scheme == Scheme.ECDSA) {
      int width = hash == Hashes.SHA256 ? 32 : hash == Hashes.SHA384 ? 48 : 66;
      Octets r = TpmAttest.sized(in, MAX_COORDINATE, "signature r");
      Octets s = TpmAttest.sized(in, MAX_COORDINATE, "signature s");
      byte[] joined = new byte[2 * width];
      place(r, joined, 0, width);
      place(s, joined, width, width);
      value = Octets.copyOf(joined);
    } else {
      value = TpmAttest.sized(in, MAX_RSA_BYTES, "signature");
    }
    in.end();
    return new TpmSignature(scheme, hash, value);
  }

  /** RSASSA with SHA-256 as Azure hands it over: the bare signature. */
  public static TpmSignature bareRsassaSha256(byte[] bytes) {
    return new TpmSignature(Scheme.RSASSA, Hashes.SHA256, Octets.copyOf(bytes));
  }

  private static void place(Octets number, byte[] into, int at, int width) throws Refused {
    byte[] unsigned = new BigInteger(1, number.toByteArray()).toByteArray();
    int skip = unsigned.length > 1 && unsigned[0] == 0 ? 1 : 0;
    int length = unsigned.length - skip;
    if (length > width) {
      throw new Refused(ATT_SIG_INVALID, "TPM signature component is too long");
    }
    System.arraycopy(unsigned, skip, into, at + width - length, length);
  }

  /** Requires that this is {@code key}'s signature over {@code message}. */
  void require(PublicKey key, Octets message, String what) throws Refused {
    if (scheme == Scheme.ECDSA) {
      Ecdsa curve =
          hash == Hashes.SHA256 ? Ecdsa.P256 : hash == Hashes.SHA384 ? Ecdsa.P384 : Ecdsa.P521;
      curve.require(key, message.toByteArray(), bytes.toByteArray(), what);
      return;
    }
    if (!(key instanceof RSAPublicKey rsa)
        || rsa.getModulus().bitLength() < LEAST_RSA_BITS
        || rsa.getModulus().bitLength() > MAX_RSA_BYTES * 8) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, what + ": key is not RSA of 2048 to 4096 bits");
    }
    try {
      Signature verifier = signature();
      verifier.initVerify(key);
      verifier.update(message.toByteArray());
      if (verifier.verify(bytes.toByteArray())) {
        return;
      }
    } catch (GeneralSecurityException doesNotHold) {
      // falls through to the refusal
    }
    throw new Refused(ATT_SIG_INVALID, what + ": signature does not hold");
  }

  private Signature signature() throws GeneralSecurityException {
    String digits = hash == Hashes.SHA256 ? "256" : hash == Hashes.SHA384 ? "384" : "512";
    if (scheme == Scheme.RSASSA) {
      return Signature.getInstance("SHA" + digits + "withRSA");
    }
    Signature pss = Signature.getInstance("RSASSA-PSS");
    String name = "SHA-" + digits;
    // TPMs use a salt as long as the digest where they follow FIPS 186; the part 1 text says so
    pss.setParameter(
        new PSSParameterSpec(name, "MGF1", new MGF1ParameterSpec(name), hash.length(), 1));
    return pss;
  }
}
