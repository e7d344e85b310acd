package dev.postern.attestation.tdx;

import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.util.Optional;

/** A quote as people keep it: raw, hex, base64, or configfs-tsm JSON with {@code outblob}. */
public final class TdxEvidence {
  private TdxEvidence() {}

  /** Reads the quote in any of its forms. */
  public static TdxQuote quote(byte[] file) throws Refused {
    if (file.length == 0 || file[0] != '{') {
      return TdxQuote.parse(TextForms.decode(file));
    }
    JsonObject json;
    try {
      json = JsonReader.readObject(file, JsonLimits.DOCUMENT);
    } catch (JsonException malformed) {
      throw Refused.malformed("TDX evidence: " + malformed.getMessage());
    }
    Optional<String> provider = json.string("provider").map(String::strip);
    if (provider.isPresent() && !provider.get().equals("tdx_guest")) {
      throw Refused.malformed("configfs-tsm provider is not tdx_guest");
    }
    Optional<byte[]> quote = json.string("outblob").flatMap(TextForms::base64);
    if (quote.isEmpty()) {
      throw Refused.malformed("configfs-tsm JSON lacks a base64 outblob");
    }
    return TdxQuote.parse(quote.get());
  }
}
