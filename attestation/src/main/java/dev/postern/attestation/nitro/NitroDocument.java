package dev.postern.attestation.nitro;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_CLAIM_MISSING;

import dev.postern.attestation.cbor.CborLimits;
import dev.postern.attestation.cbor.CborReader;
import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborNull;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.cose.CoseSign1;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * An attestation document as it stands, unverified.
 *
 * <p>Source: AWS Nitro Enclaves NSM API, attestation process, "Attestation document specification".
 *
 * @param message the COSE_Sign1 around it
 * @param moduleId the enclave's id, non-empty
 * @param timestamp when the document was made, by the hypervisor's clock
 * @param pcrs values by index 0..31; only those that the document carries
 * @param certificate the signer's certificate, DER
 * @param caBundle root first, then towards the leaf; at least one
 * @param publicKey chosen by the enclave; absent if null
 * @param userData chosen by the enclave; absent if null
 * @param nonce chosen by the enclave; absent if null
 */
public record NitroDocument(
    CoseSign1 message,
    String moduleId,
    Instant timestamp,
    Map<Integer, Octets> pcrs,
    Octets certificate,
    List<Octets> caBundle,
    Optional<Octets> publicKey,
    Optional<Octets> userData,
    Optional<Octets> nonce) {
  /** Longest document taken, in bytes. */
  public static final int MAX_BYTES = 32 * 1024;

  private static final int MAX_FIELD = 1024;
  private static final int MAX_CERTIFICATE = 4096;
  private static final int MAX_BUNDLE = 8;
  private static final int MAX_PCR = 31;
  private static final Set<String> KEYS =
      Set.of(
          "module_id",
          "digest",
          "timestamp",
          "pcrs",
          "certificate",
          "cabundle",
          "public_key",
          "user_data",
          "nonce");

  public NitroDocument {
    pcrs = Collections.unmodifiableMap(new TreeMap<>(pcrs));
    caBundle = List.copyOf(caBundle);
  }

  /** Reads a document, tagged or untagged. */
  public static NitroDocument parse(byte[] bytes) throws Refused {
    if (bytes.length > MAX_BYTES) {
      throw Refused.malformed("Nitro document longer than " + MAX_BYTES + " bytes");
    }
    CoseSign1 message = CoseSign1.parse(bytes);
    if (message.algorithm() != CoseSign1.ES384 || message.protectedHeader().entries().size() != 1) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "Nitro protected header is not exactly {alg: ES384}");
    }
    CborMap claims = CborReader.readMap(message.payload().toByteArray(), CborLimits.EVIDENCE);
    for (CborValue key : claims.entries().keySet()) {
      if (!(key instanceof CborText(String name)) || !KEYS.contains(name)) {
        throw Refused.malformed("Nitro document has an unknown member");
      }
    }
    if (!text(claims, "digest").equals("SHA384")) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "Nitro digest is not SHA384");
    }
    String moduleId = text(claims, "module_id");
    if (moduleId.isEmpty() || moduleId.length() > 256) {
      throw Refused.malformed("Nitro module_id is empty or too long");
    }
    return new NitroDocument(
        message,
        moduleId,
        timestamp(claims),
        pcrs(claims),
        requiredBytes(claims, "certificate", MAX_CERTIFICATE),
        bundle(claims),
        optionalBytes(claims, "public_key"),
        optionalBytes(claims, "user_data"),
        optionalBytes(claims, "nonce"));
  }

  private static CborValue required(CborMap claims, String name) throws Refused {
    Optional<CborValue> value = claims.get(name);
    if (value.isEmpty()) {
      throw new Refused(ATT_CLAIM_MISSING, "Nitro document lacks " + name);
    }
    return value.get();
  }

  private static String text(CborMap claims, String name) throws Refused {
    if (required(claims, name) instanceof CborText(String value)) {
      return value;
    }
    throw Refused.malformed("Nitro " + name + " is not text");
  }

  private static Instant timestamp(CborMap claims) throws Refused {
    // 2^46 ms is the year 4199: everything beyond is not a time, and Instant could not hold it all
    if (required(claims, "timestamp") instanceof CborInt(long millis)
        && millis > 0
        && millis < 1L << 46) {
      return Instant.ofEpochMilli(millis);
    }
    throw Refused.malformed("Nitro timestamp is not a time in milliseconds");
  }

  private static Map<Integer, Octets> pcrs(CborMap claims) throws Refused {
    if (!(required(claims, "pcrs") instanceof CborMap(Map<CborValue, CborValue> entries))
        || entries.isEmpty()) {
      throw Refused.malformed("Nitro pcrs is not a map with entries");
    }
    var pcrs = new TreeMap<Integer, Octets>();
    for (Map.Entry<CborValue, CborValue> entry : entries.entrySet()) {
      if (entry.getKey() instanceof CborInt(long index)
          && index >= 0
          && index <= MAX_PCR
          && entry.getValue() instanceof CborBytes(Octets value)
          && (value.length() == 32 || value.length() == 48 || value.length() == 64)) {
        pcrs.put((int) index, value);
      } else {
        throw Refused.malformed("Nitro pcrs has an entry that is no PCR");
      }
    }
    return pcrs;
  }

  private static List<Octets> bundle(CborMap claims) throws Refused {
    if (!(required(claims, "cabundle") instanceof CborArray(List<CborValue> elements))
        || elements.isEmpty()
        || elements.size() > MAX_BUNDLE) {
      throw Refused.malformed("Nitro cabundle is not 1 to " + MAX_BUNDLE + " certificates");
    }
    var bundle = new ArrayList<Octets>();
    for (CborValue element : elements) {
      if (!(element instanceof CborBytes(Octets der))
          || der.length() == 0
          || der.length() > MAX_CERTIFICATE) {
        throw Refused.malformed("Nitro cabundle has an entry that is no certificate");
      }
      bundle.add(der);
    }
    return bundle;
  }

  private static Octets requiredBytes(CborMap claims, String name, int limit) throws Refused {
    if (required(claims, name) instanceof CborBytes(Octets value)
        && value.length() > 0
        && value.length() <= limit) {
      return value;
    }
    throw Refused.malformed("Nitro " + name + " is not 1 to " + limit + " bytes");
  }

  private static Optional<Octets> optionalBytes(CborMap claims, String name) throws Refused {
    Optional<CborValue> value = claims.get(name);
    if (value.isEmpty() || value.get() instanceof CborNull) {
      return Optional.empty();
    }
    if (value.get() instanceof CborBytes(Octets octets) && octets.length() <= MAX_FIELD) {
      return Optional.of(octets);
    }
    throw Refused.malformed("Nitro " + name + " is not up to " + MAX_FIELD + " bytes");
  }
}
