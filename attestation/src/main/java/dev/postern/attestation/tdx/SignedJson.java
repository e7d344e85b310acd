package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_INVALID;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.util.Optional;

/**
 * A JSON text and the signature over its exact bytes, unverified.
 *
 * @param text as it was signed; never re-serialised
 * @param signature r then s, big-endian
 */
record SignedJson(Octets text, Octets signature) {
  private static final int SIGNATURE_BYTES = 64;

  static SignedJson of(byte[] text, String signatureHex, String what) throws Refused {
    Octets signature;
    try {
      signature = Octets.ofHex(signatureHex);
    } catch (IllegalArgumentException notHex) {
      throw new Refused(ATT_COLLATERAL_INVALID, what + ": signature is not hex");
    }
    if (signature.length() != SIGNATURE_BYTES) {
      throw new Refused(ATT_COLLATERAL_INVALID, what + ": signature is not 64 bytes");
    }
    return new SignedJson(Octets.copyOf(text), signature);
  }

  /**
   * The document inside a response of Intel's service, {@code {"tcbInfo":{…},"signature":"…"}}.
   *
   * @param response a text that {@link JsonReader} has taken as the object {@code json}
   * @return empty if the response has no such member
   */
  static Optional<SignedJson> ofResponse(byte[] response, JsonObject json, String member)
      throws Refused {
    if (json.object(member).isEmpty()) {
      return Optional.empty();
    }
    Optional<String> signature = json.string("signature");
    if (signature.isEmpty() || json.members().size() != 2) {
      throw new Refused(ATT_COLLATERAL_INVALID, member + " response is not document and signature");
    }
    int from = valueOf(response, member);
    int to = endOfObject(response, from);
    return Optional.of(
        of(Octets.copyOf(response, from, to).toByteArray(), signature.get(), member));
  }

  /** The parsed document. */
  JsonObject json(String what) throws Refused {
    try {
      return JsonReader.readObject(text.toByteArray(), JsonLimits.DOCUMENT);
    } catch (JsonException malformed) {
      throw new Refused(ATT_COLLATERAL_INVALID, what + ": " + malformed.getMessage());
    }
  }

  /** Start of the value of a top-level member, in a text known to be one JSON object. */
  private static int valueOf(byte[] json, String member) throws Refused {
    int depth = 0;
    int at = 0;
    while (at < json.length) {
      switch (json[at]) {
        case '{', '[' -> depth++;
        case '}', ']' -> depth--;
        case '"' -> {
          int end = endOfString(json, at);
          if (depth == 1 && matches(json, at + 1, end - 1, member)) {
            int colon = skipSpace(json, end);
            if (colon < json.length && json[colon] == ':') {
              return skipSpace(json, colon + 1);
            }
          }
          at = end - 1;
        }
        default -> {}
      }
      at++;
    }
    throw new Refused(ATT_COLLATERAL_INVALID, "response does not spell " + member + " plainly");
  }

  private static int endOfObject(byte[] json, int from) {
    int depth = 0;
    int at = from;
    while (at < json.length) {
      if (json[at] == '"') {
        at = endOfString(json, at);
        continue;
      }
      if (json[at] == '{') {
        depth++;
      } else if (json[at] == '}') {
        depth--;
        if (depth == 0) {
          return at + 1;
        }
      }
      at++;
    }
    return json.length;
  }

  /** Position after the closing quote of the string that opens at {@code at}. */
  private static int endOfString(byte[] json, int at) {
    int i = at + 1;
    while (i < json.length && json[i] != '"') {
      i += json[i] == '\\' ? 2 : 1;
    }
    return Math.min(i + 1, json.length);
  }

  private static boolean matches(byte[] json, int from, int to, String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (json[from + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int skipSpace(byte[] json, int from) {
    int at = from;
    while (at < json.length
        && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
      at++;
    }
    return at;
  }
}
