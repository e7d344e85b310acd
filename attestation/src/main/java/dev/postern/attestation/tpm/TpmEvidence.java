package dev.postern.attestation.tpm;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a TPM's owner hands over, unverified: one or more quotes by one attestation key, who that
 * key is, and perhaps a key that it certified.
 *
 * <p>JSON: {@code ak_public} (SPKI or TPMT_PUBLIC), {@code ak_certificate} (DER), {@code tpm_quote}
 * {@code {message, signature, pcrs}} with PCRs 0… of the SHA-256 bank, {@code certify} {@code
 * {message, signature, public}}. Or the Attestation message of go-tpm-tools.
 *
 * @param akSpki the key alone; empty if only the public area or the certificate was given
 * @param akPublic TPMT_PUBLIC
 * @param akCertificate DER
 */
public record TpmEvidence(
    Optional<Octets> akSpki,
    Optional<Octets> akPublic,
    Optional<Octets> akCertificate,
    List<Quote> quotes,
    Optional<Certification> certification) {
  private static final int MAX_PCRS = 24;
  private static final int MAX_QUOTES = 8;

  /** A quote with the PCR values it is said to be over, by index. */
  public record Quote(Octets message, Octets signature, Map<Integer, Octets> pcrs) {
    public Quote {
      pcrs = Map.copyOf(pcrs);
    }
  }

  /** A key's certification with its public area. */
  public record Certification(Octets message, Octets signature, Octets publicArea) {}

  public TpmEvidence {
    quotes = List.copyOf(quotes);
  }

  /** Reads evidence in either form. */
  public static TpmEvidence parse(byte[] file) throws Refused {
    return file.length > 0 && file[0] == '{' ? json(file) : GoTpmToolsMessage.parse(file);
  }

  private static TpmEvidence json(byte[] file) throws Refused {
    JsonObject json;
    try {
      json = JsonReader.readObject(file, JsonLimits.DOCUMENT);
    } catch (JsonException malformed) {
      throw Refused.malformed("TPM evidence: " + malformed.getMessage());
    }
    JsonObject quote =
        json.object("tpm_quote")
            .orElseThrow(() -> Refused.malformed("TPM evidence lacks tpm_quote"));
    Optional<Octets> ak =
        json.has("ak_public") ? Optional.of(bytes(json, "ak_public")) : Optional.empty();
    boolean spki = ak.isPresent() && ak.get().length() > 0 && ak.get().at(0) == 0x30;
    Optional<Certification> certification = Optional.empty();
    if (json.has("certify")) {
      JsonObject certify =
          json.object("certify").orElseThrow(() -> Refused.malformed("certify is no object"));
      certification =
          Optional.of(
              new Certification(
                  bytes(certify, "message"),
                  bytes(certify, "signature"),
                  bytes(certify, "public")));
    }
    return new TpmEvidence(
        spki ? ak : Optional.empty(),
        spki ? Optional.empty() : ak,
        json.has("ak_certificate") ? Optional.of(bytes(json, "ak_certificate")) : Optional.empty(),
        List.of(new Quote(bytes(quote, "message"), bytes(quote, "signature"), pcrs(quote))),
        certification);
  }

  /** PCR values of a quote: an array from index 0, or an object by index. */
  static Map<Integer, Octets> pcrs(JsonObject quote) throws Refused {
    var pcrs = new LinkedHashMap<Integer, Octets>();
    JsonValue value = quote.get("pcrs").orElse(JsonArray.EMPTY);
    if (value instanceof JsonArray(List<JsonValue> elements) && elements.size() <= MAX_PCRS) {
      for (int i = 0; i < elements.size(); i++) {
        pcrs.put(i, bytes(elements.get(i), "PCR value"));
      }
    } else if (value instanceof JsonObject(Map<String, JsonValue> members)
        && members.size() <= MAX_PCRS) {
      for (Map.Entry<String, JsonValue> member : members.entrySet()) {
        if (!member.getKey().matches("[0-9]|1[0-9]|2[0-3]")) {
          throw Refused.malformed("TPM PCR index is not 0 to 23");
        }
        pcrs.put(Integer.valueOf(member.getKey()), bytes(member.getValue(), "PCR value"));
      }
    } else {
      throw Refused.malformed("TPM PCRs are not an array or object of at most 24 values");
    }
    return pcrs;
  }

  static Octets bytes(JsonObject json, String name) throws Refused {
    return bytes(
        json.get(name).orElseThrow(() -> Refused.malformed("TPM evidence lacks " + name)), name);
  }

  /** Hex or base64 text, or an array of byte values. */
  static Octets bytes(JsonValue value, String name) throws Refused {
    if (value instanceof JsonString(String text)) {
      if (text.length() % 2 == 0 && text.matches("[0-9a-fA-F]+")) {
        return Octets.ofHex(text);
      }
      Optional<byte[]> decoded = TextForms.base64(text);
      if (decoded.isPresent()) {
        return Octets.copyOf(decoded.get());
      }
    }
    if (value instanceof JsonArray(List<JsonValue> elements)) {
      byte[] bytes = new byte[elements.size()];
      for (int i = 0; i < bytes.length; i++) {
        if (!(elements.get(i) instanceof JsonValue.JsonNumber number)
            || number.integer().filter(n -> n >= 0 && n <= 255).isEmpty()) {
          throw Refused.malformed(name + " has an element that is no byte");
        }
        bytes[i] = number.integer().get().byteValue();
      }
      return Octets.copyOf(bytes);
    }
    throw Refused.malformed(name + " is not bytes in hex, base64 or an array");
  }

  /** The Attestation message of go-tpm-tools, protocol buffers read by hand and bounded. */
  static final class GoTpmToolsMessage {
    private static final int MAX_FIELDS = 256;

    private GoTpmToolsMessage() {}

    private record Field(int number, long value, Octets bytes) {}

    static TpmEvidence parse(byte[] file) throws Refused {
      Optional<Octets> akPublic = Optional.empty();
      Optional<Octets> akCertificate = Optional.empty();
      var quotes = new ArrayList<Quote>();
      for (Field field : fields(file)) {
        switch (field.number()) {
          case 1 -> akPublic = Optional.of(field.bytes());
          case 2 -> quotes.add(quote(field.bytes().toByteArray()));
          case 6 -> akCertificate = Optional.of(field.bytes());
          default -> {} // event logs and instance info prove nothing by themselves
        }
      }
      if (quotes.isEmpty() || quotes.size() > MAX_QUOTES) {
        throw Refused.malformed("TPM evidence has " + quotes.size() + " quotes");
      }
      return new TpmEvidence(Optional.empty(), akPublic, akCertificate, quotes, Optional.empty());
    }

    private static Quote quote(byte[] message) throws Refused {
      Octets attest = Octets.EMPTY;
      Octets signature = Octets.EMPTY;
      var pcrs = new LinkedHashMap<Integer, Octets>();
      for (Field field : fields(message)) {
        switch (field.number()) {
          case 1 -> attest = field.bytes();
          case 2 -> signature = field.bytes();
          case 3 -> {
            for (Field bank : fields(field.bytes().toByteArray())) {
              if (bank.number() == 2) {
                addPcr(bank.bytes().toByteArray(), pcrs);
              }
            }
          }
          default -> {}
        }
      }
      return new Quote(attest, signature, pcrs);
    }

    private static void addPcr(byte[] entry, Map<Integer, Octets> pcrs) throws Refused {
      long index = 0;
      Octets value = Octets.EMPTY;
      for (Field field : fields(entry)) {
        if (field.number() == 1) {
          index = field.value();
        } else if (field.number() == 2) {
          value = field.bytes();
        }
      }
      if (index < 0 || index >= MAX_PCRS || pcrs.put((int) index, value) != null) {
        throw Refused.malformed("TPM PCR index " + index);
      }
    }

    private static List<Field> fields(byte[] message) throws Refused {
      var in = new dev.postern.attestation.evidence.ByteCursor(message, "protocol buffer");
      var fields = new ArrayList<Field>();
      while (in.remaining() > 0) {
        if (fields.size() == MAX_FIELDS) {
          throw Refused.malformed("protocol buffer has more than " + MAX_FIELDS + " fields");
        }
        long key = varint(in);
        int number = (int) Math.min(key >>> 3, Integer.MAX_VALUE);
        switch ((int) (key & 7)) {
          case 0 -> fields.add(new Field(number, varint(in), Octets.EMPTY));
          case 1 -> in.skip(8);
          case 2 -> {
            long length = varint(in);
            fields.add(new Field(number, 0, in.octets(length)));
          }
          case 5 -> in.skip(4);
          default -> throw Refused.malformed("protocol buffer has an unknown wire type");
        }
      }
      return fields;
    }

    private static long varint(dev.postern.attestation.evidence.ByteCursor in) throws Refused {
      long value = 0;
      for (int shift = 0; shift < 63; shift += 7) {
        int b = in.u8();
        value |= (long) (b & 0x7f) << shift;
        if (b < 0x80) {
          return value;
        }
      }
      throw Refused.malformed("protocol buffer has a number beyond 63 bits");
    }
  }
}
