package dev.postern.attestation.tpm;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.Optional;

/**
 * What a confidential VM on Azure hands over, unverified: the HCL report, a quote of its vTPM, and
 * the VCEK certificate (SNP) or the TD quote (TDX).
 *
 * @param vcek DER or PEM
 * @param tdQuote raw
 */
public record AzureEvidence(
    HclReport hcl,
    TpmEvidence.Quote quote,
    TpmSignature signature,
    Optional<Octets> vcek,
    Optional<Octets> tdQuote) {
  /** Reads the JSON that attestation agents make of it. */
  public static AzureEvidence parse(byte[] file) throws Refused {
    JsonObject json;
    try {
      json = JsonReader.readObject(file, JsonLimits.DOCUMENT);
    } catch (JsonException malformed) {
      throw Refused.malformed("Azure evidence: " + malformed.getMessage());
    }
    JsonObject quote =
        json.object("tpm_quote")
            .or(() -> json.object("quote"))
            .orElseThrow(() -> Refused.malformed("Azure evidence lacks tpm_quote"));
    String report = json.has("hcl_report") ? "hcl_report" : "report";
    return new AzureEvidence(
        HclReport.parse(TpmEvidence.bytes(json, report).toByteArray()),
        new TpmEvidence.Quote(
            TpmEvidence.bytes(quote, "message"),
            TpmEvidence.bytes(quote, "signature"),
            TpmEvidence.pcrs(quote)),
        signature(TpmEvidence.bytes(quote, "signature").toByteArray()),
        json.has("vcek") ? Optional.of(certificate(json)) : Optional.empty(),
        json.has("td_quote") ? Optional.of(TpmEvidence.bytes(json, "td_quote")) : Optional.empty());
  }

  /** A bare RSA signature of 2048 bits, or a TPMT_SIGNATURE. */
  private static TpmSignature signature(byte[] bytes) throws Refused {
    return bytes.length == 256 ? TpmSignature.bareRsassaSha256(bytes) : TpmSignature.parse(bytes);
  }

  private static Octets certificate(JsonObject json) throws Refused {
    JsonValue value = json.get("vcek").orElse(JsonValue.JsonNull.NULL);
    if (value instanceof JsonString(String text) && text.startsWith("-----BEGIN ")) {
      return Octets.copyOf(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }
    if (value instanceof JsonString(String text) && TextForms.base64(text).isPresent()) {
      return Octets.copyOf(TextForms.base64(text).get());
    }
    return TpmEvidence.bytes(value, "vcek");
  }
}
