package dev.postern.attestation.mint;

import dev.postern.attestation.jose.Base64Url;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evidence, endorsements and a challenge on their way into a token: a RATS conceptual message
 * wrapper, a record if there is one message, else a collection.
 */
public final class EvidenceRecords {
  /** Media type of the gateway's challenge that Evidence answers. */
  public static final String CHALLENGE = "application/vnd.postern.challenge";

  /** Media type of a vendor's documents about a platform. */
  public static final String COLLATERAL = "application/vnd.postern.collateral";

  /** Media type of one certificate, DER. */
  public static final String CERTIFICATE = "application/pkix-cert";

  /** Media type of certificates, PEM. */
  public static final String CERTIFICATE_CHAIN = "application/pem-certificate-chain";

  private final Map<String, JsonArray> records = new LinkedHashMap<>();

  /** Adds a message. */
  public EvidenceRecords add(String mediaType, byte[] value) {
    records.put(
        String.valueOf(records.size()),
        new JsonArray(List.of(new JsonString(mediaType), new JsonString(Base64Url.encode(value)))));
    return this;
  }

  JsonValue toJson() {
    return records.size() == 1
        ? records.values().iterator().next()
        : new JsonObject(new LinkedHashMap<String, JsonValue>(records));
  }
}
