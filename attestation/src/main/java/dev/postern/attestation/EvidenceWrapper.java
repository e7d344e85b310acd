package dev.postern.attestation;

import static dev.postern.attestation.Reason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.Reason.ATT_MALFORMED;

import dev.postern.attestation.jose.Base64Url;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a RATS conceptual message wrapper in its JSON form: a record {@code [type, value, ind]} or
 * a collection of records, and hands the Evidence in it to the verifier of its media type.
 *
 * <p>{@code type} is a media type or a CoAP content format number, {@code value} base64url, {@code
 * ind} an optional bit mask. A collection is an object of records; one level, {@code __cmwc_t}
 * names its type. Source: draft-ietf-rats-msg-wrap.
 */
final class EvidenceWrapper {
  private static final int MAX_RECORDS = 32;
  private static final int MAX_TYPE_CHARS = 128;
  private static final long MAX_CONTENT_FORMAT = 0xffff;
  private static final String COLLECTION_TYPE = "__cmwc_t";

  private final Map<String, EvidenceVerifier> byMediaType = new HashMap<>();

  EvidenceWrapper(List<EvidenceVerifier> verifiers) {
    for (EvidenceVerifier verifier : verifiers) {
      for (String mediaType : verifier.mediaTypes()) {
        if (byMediaType.put(mediaType, verifier) != null) {
          throw new IllegalArgumentException("two verifiers for " + mediaType);
        }
      }
    }
  }

  AttestationFacts verify(JsonValue cmw, ConfirmedKey key, Instant now) throws Refusal {
    List<EvidenceVerifier.Item> items = read(cmw);
    Optional<EvidenceVerifier.Item> evidence = Optional.empty();
    var others = new ArrayList<EvidenceVerifier.Item>();
    for (EvidenceVerifier.Item item : items) {
      if (byMediaType.containsKey(item.mediaType())) {
        if (evidence.isPresent()) {
          throw new Refusal(ATT_MALFORMED, "`cmw` holds Evidence twice");
        }
        evidence = Optional.of(item);
      } else {
        others.add(item);
      }
    }
    EvidenceVerifier.Item chosen =
        evidence.orElseThrow(
            () -> new Refusal(ATT_EVIDENCE_UNSUPPORTED, "no verifier for this kind of Evidence"));
    EvidenceVerifier verifier = byMediaType.get(chosen.mediaType());
    if (verifier == null) {
      throw new IllegalStateException("a verifier vanished");
    }
    return switch (verifier.verify(chosen, others, key.thumbprint(), now)) {
      case EvidenceVerifier.Appraisal.Genuine(AttestationFacts facts) -> facts;
      case EvidenceVerifier.Appraisal.Refused(Verification.Denied(Reason reason, String detail)) ->
          throw new Refusal(reason, detail);
    };
  }

  static List<EvidenceVerifier.Item> read(JsonValue cmw) throws Refusal {
    return switch (cmw) {
      case JsonArray record -> List.of(item(record));
      case JsonObject collection -> items(collection);
      default -> throw malformed("neither a record nor a collection");
    };
  }

  private static List<EvidenceVerifier.Item> items(JsonObject collection) throws Refusal {
    if (collection.members().size() > MAX_RECORDS) {
      throw malformed("more than " + MAX_RECORDS + " records");
    }
    var items = new ArrayList<EvidenceVerifier.Item>();
    for (var member : collection.members().entrySet()) {
      if (member.getKey().equals(COLLECTION_TYPE)) {
        if (!(member.getValue() instanceof JsonString)) {
          throw malformed("the collection's type is not a string");
        }
      } else if (member.getValue() instanceof JsonArray record) {
        items.add(item(record));
      } else {
        throw malformed("a member of the collection is not a record");
      }
    }
    if (items.isEmpty()) {
      throw malformed("an empty collection");
    }
    return List.copyOf(items);
  }

  private static EvidenceVerifier.Item item(JsonArray record) throws Refusal {
    List<JsonValue> parts = record.elements();
    if (parts.size() < 2 || parts.size() > 3) {
      throw malformed("a record has two or three parts");
    }
    if (!(parts.get(1) instanceof JsonString(String value))) {
      throw malformed("the value of a record is not a string");
    }
    if (parts.size() == 3 && NumericDate.read(parts.get(2)).isEmpty()) {
      throw malformed("the indicator of a record is not a small number");
    }
    byte[] bytes =
        Base64Url.decode(value)
            .filter(decoded -> decoded.length > 0)
            .orElseThrow(() -> malformed("the value of a record is not canonical base64url"));
    return new EvidenceVerifier.Item(type(parts.getFirst()), bytes);
  }

  private static String type(JsonValue type) throws Refusal {
    return switch (type) {
      case JsonString(String mediaType) when isMediaType(mediaType) -> mediaType;
      case JsonNumber number ->
          number
              .integer()
              .filter(format -> format >= 0 && format <= MAX_CONTENT_FORMAT)
              .map(EvidenceWrapper::mediaType)
              .orElseThrow(() -> malformed("the type of a record is not a content format"));
      default -> throw malformed("the type of a record is not a media type");
    };
  }

  /**
   * The media type that IANA registered for a CoAP content format; the number itself if unknown.
   */
  private static String mediaType(long contentFormat) {
    return switch ((int) contentFormat) {
      case 18 -> "application/cose; cose-type=\"cose-sign1\"";
      case 263 -> "application/eat+cwt";
      case 264 -> "application/eat+jwt";
      case 265 -> "application/eat-bun+cbor";
      case 266 -> "application/eat-bun+json";
      case 267 -> "application/eat-ucs+cbor";
      case 268 -> "application/eat-ucs+json";
      case 287 -> "application/pkix-cert";
      default -> String.valueOf(contentFormat);
    };
  }

  /** {@code type/subtype} with optional parameters, lower case, printable ASCII. */
  private static boolean isMediaType(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash == text.length() - 1 || text.length() > MAX_TYPE_CHARS) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e || (c == ' ' && (i == 0 || text.charAt(i - 1) != ';'))) {
        return false;
      }
    }
    return true;
  }

  private static Refusal malformed(String what) {
    return new Refusal(ATT_MALFORMED, "`cmw`: " + what);
  }
}
