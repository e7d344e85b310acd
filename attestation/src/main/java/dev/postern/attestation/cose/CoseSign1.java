package dev.postern.attestation.cose;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;

import dev.postern.attestation.cbor.CborLimits;
import dev.postern.attestation.cbor.CborReader;
import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.cbor.CborWriter;
import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.security.PublicKey;
import java.util.List;

/**
 * A COSE_Sign1 message whose signature nobody has checked yet.
 *
 * @param protectedBytes the protected header as it was encoded
 * @param protectedHeader the same, decoded; empty map for an empty string
 * @param unprotectedHeader not signed: nothing may be decided on it
 * @param payload the signed bytes
 * @param signature as the algorithm writes it
 */
public record CoseSign1(
    Octets protectedBytes,
    CborMap protectedHeader,
    CborMap unprotectedHeader,
    Octets payload,
    Octets signature) {
  private static final long TAG = 18;
  private static final long HEADER_ALG = 1;
  private static final long HEADER_CRIT = 2;
  private static final long HEADER_IV = 5;

  /** ECDSA with SHA-256 on P-256 (RFC 9053 §2.1). */
  public static final long ES256 = -7;

  /** ECDSA with SHA-384 on P-384. */
  public static final long ES384 = -35;

  /** ECDSA with SHA-512 on P-521. */
  public static final long ES512 = -36;

  /** Reads a message, tagged 18 or untagged. */
  public static CoseSign1 parse(byte[] bytes) throws Refused {
    return of(CborReader.read(bytes, CborLimits.EVIDENCE));
  }

  /** The message that {@code value} is. */
  public static CoseSign1 of(CborValue value) throws Refused {
    CborValue inner =
        value instanceof CborTag(long tag, CborValue tagged) && tag == TAG ? tagged : value;
    if (inner instanceof CborArray(List<CborValue> parts)
        && parts.size() == 4
        && parts.get(0) instanceof CborBytes(Octets protectedBytes)
        && parts.get(1) instanceof CborMap unprotectedHeader
        && parts.get(2) instanceof CborBytes(Octets payload)
        && parts.get(3) instanceof CborBytes(Octets signature)) {
      CborMap header =
          protectedBytes.length() == 0
              ? new CborMap(java.util.Map.of())
              : CborReader.readMap(protectedBytes.toByteArray(), CborLimits.EVIDENCE);
      for (CborValue key : unprotectedHeader.entries().keySet()) {
        if (header.entries().containsKey(key)) {
          throw Refused.malformed("COSE header parameter stands in both headers");
        }
      }
      if (header.get(HEADER_CRIT).isPresent()
          || header.get(HEADER_IV).isPresent()
          || unprotectedHeader.get(HEADER_CRIT).isPresent()
          || unprotectedHeader.get(HEADER_ALG).isPresent()) {
        throw Refused.malformed("COSE header has crit, an IV, or an unprotected algorithm");
      }
      return new CoseSign1(protectedBytes, header, unprotectedHeader, payload, signature);
    }
    throw Refused.malformed("not a COSE_Sign1 with an embedded payload");
  }

  /** The algorithm of the protected header. */
  public long algorithm() throws Refused {
    if (protectedHeader.get(HEADER_ALG).orElse(null) instanceof CborInt(long algorithm)) {
      return algorithm;
    }
    throw new Refused(ATT_ALG_NOT_ALLOWED, "COSE protected header names no algorithm");
  }

  /** The bytes that the signature is over (RFC 9052 §4.4), with no external data. */
  public byte[] signedBytes() {
    return CborWriter.write(
        new CborArray(
            List.of(
                new CborText("Signature1"),
                new CborBytes(protectedBytes),
                new CborBytes(Octets.EMPTY),
                new CborBytes(payload))));
  }

  /**
   * Requires that the message is signed by {@code key} with ES256, ES384 or ES512 as its curve
   * asks.
   */
  public void requireSignedBy(PublicKey key, String what) throws Refused {
    Ecdsa curve =
        switch (Math.toIntExact(Math.clamp(algorithm(), Integer.MIN_VALUE, Integer.MAX_VALUE))) {
          case (int) ES256 -> Ecdsa.P256;
          case (int) ES384 -> Ecdsa.P384;
          case (int) ES512 -> Ecdsa.P521;
          default ->
              throw new Refused(ATT_ALG_NOT_ALLOWED, what + ": COSE algorithm " + algorithm());
        };
    curve.require(key, signedBytes(), signature.toByteArray(), what);
  }
}
