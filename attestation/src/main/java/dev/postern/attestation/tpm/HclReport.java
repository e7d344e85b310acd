package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CLAIM_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_KEY_MISMATCH;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;

/**
 * The report of Azure's paravisor (HCL), unverified: a hardware report, and runtime data whose hash
 * the hardware report carries. Little-endian.
 *
 * @param hardware the area of the hardware report, 1184 bytes: an SNP report, or a TDREPORT that
 *     proves nothing away from its machine
 * @param runtimeData JSON as it stands
 */
public record HclReport(Kind kind, Octets hardware, Octets runtimeData) {
  /** The hardware below the paravisor. */
  public enum Kind {
    SNP,
    TDX
  }

  private static final long SIGNATURE = 0x414c4348L; // "HCLA"
  private static final int HEADER_REST = 20;
  private static final int HARDWARE = 1184;
  private static final int MAX_BYTES = 16 * 1024;
  private static final int MAX_RUNTIME = 8 * 1024;

  static HclReport parse(byte[] bytes) throws Refused {
    if (bytes.length > MAX_BYTES) {
      throw Refused.malformed("HCL report longer than " + MAX_BYTES + " bytes");
    }
    var in = new ByteCursor(bytes, "HCL report");
    if (in.u32le() != SIGNATURE) {
      throw Refused.malformed("HCL report does not start with HCLA");
    }
    long version = in.u32le();
    if (version != 1 && version != 2) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "HCL report version " + version);
    }
    in.skip(4); // report size: what counts is bounded by the lengths below
    in.skip(HEADER_REST);
    Octets hardware = in.octets(HARDWARE);
    in.skip(8); // data size and version
    long reportType = in.u32le();
    long hashType = in.u32le();
    long size = in.u32le();
    if (hashType != 1) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "HCL hash type " + hashType + ", not SHA-256");
    }
    if (size > MAX_RUNTIME) {
      throw Refused.malformed("HCL runtime data longer than " + MAX_RUNTIME + " bytes");
    }
    Octets runtimeData = in.octets(size);
    in.reserved(in.remaining(), "padding");
    return new HclReport(
        switch ((int) reportType) {
          case 2 -> Kind.SNP;
          case 4 -> Kind.TDX;
          default -> throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "HCL report type " + reportType);
        },
        hardware,
        runtimeData);
  }

  /** Requires that REPORT_DATA of the (verified) hardware report is this runtime data's hash. */
  void requireBoundBy(Octets reportData) throws Refused {
    Octets hash = Hashes.SHA256.of(runtimeData.toByteArray());
    if (!reportData.slice(0, 32).equals(hash) || !reportData.slice(32, 64).isZero()) {
      throw new Refused(ATT_KEY_MISMATCH, "hardware report does not vouch for the runtime data");
    }
  }

  /** The vTPM's attestation key, {@code HCLAkPub}. Only to be asked once the data is bound. */
  PublicKey attestationKey() throws Refused {
    JsonObject json;
    try {
      json = JsonReader.readObject(runtimeData.toByteArray(), JsonLimits.TOKEN);
    } catch (JsonException malformed) {
      throw Refused.malformed("HCL runtime data: " + malformed.getMessage());
    }
    Optional<JsonObject> found = Optional.empty();
    for (JsonValue element : json.array("keys").orElse(JsonArray.EMPTY).elements()) {
      if (element instanceof JsonObject jwk && jwk.string("kid").equals(Optional.of("HCLAkPub"))) {
        if (found.isPresent()) {
          throw Refused.malformed("HCL runtime data has HCLAkPub twice");
        }
        found = Optional.of(jwk);
      }
    }
    JsonObject jwk =
        found.orElseThrow(() -> new Refused(ATT_CLAIM_MISSING, "HCL runtime data has no HCLAkPub"));
    Optional<byte[]> modulus = jwk.string("n").flatMap(TextForms::base64);
    Optional<byte[]> exponent = jwk.string("e").flatMap(TextForms::base64);
    if (!jwk.string("kty").equals(Optional.of("RSA")) || modulus.isEmpty() || exponent.isEmpty()) {
      throw Refused.malformed("HCLAkPub is not an RSA JWK");
    }
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(
              new RSAPublicKeySpec(
                  new BigInteger(1, modulus.get()), new BigInteger(1, exponent.get())));
    } catch (GeneralSecurityException refused) {
      throw Refused.malformed("HCLAkPub is not a key");
    }
  }
}
