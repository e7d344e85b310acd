package dev.postern.attestation.arm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CLAIM_MISSING;

import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads claims of an Arm token by number, each of the form and length that the format asks. */
record ArmClaims(String token, CborMap claims) {
  private static final int MAX_TEXT = 256;
  private static final int MAX_COMPONENTS = 64;
  private static final int COMPONENT_TYPE = 1;
  private static final int COMPONENT_VALUE = 2;
  private static final int COMPONENT_VERSION = 4;
  private static final int COMPONENT_SIGNER = 5;
  private static final int COMPONENT_DIGEST = 6;

  boolean has(long key) {
    return claims.get(key).isPresent();
  }

  CborValue required(long key, String name) throws Refused {
    return claims.get(key).orElseThrow(() -> missing(name));
  }

  Octets bytes(long key, String name, Integer... lengths) throws Refused {
    return bytes(required(key, name), name, lengths);
  }

  Octets bytes(CborValue value, String name, Integer... lengths) throws Refused {
    if (value instanceof CborBytes(Octets octets)
        && (lengths.length == 0 || List.of(lengths).contains(octets.length()))) {
      return octets;
    }
    throw malformed(name, "a byte string of " + List.of(lengths) + " bytes");
  }

  String text(long key, String name) throws Refused {
    return text(required(key, name), name);
  }

  Optional<String> optionalText(long key, String name) throws Refused {
    Optional<CborValue> value = claims.get(key);
    return value.isEmpty() ? Optional.empty() : Optional.of(text(value.get(), name));
  }

  private String text(CborValue value, String name) throws Refused {
    if (value instanceof CborText(String text) && text.length() <= MAX_TEXT) {
      return text;
    }
    throw malformed(name, "text of at most " + MAX_TEXT + " characters");
  }

  long integer(long key, String name, long least, long most) throws Refused {
    if (required(key, name) instanceof CborInt(long number) && number >= least && number <= most) {
      return number;
    }
    throw malformed(name, "an integer of " + least + " to " + most);
  }

  /** The instance id: a UEID of type RAND. */
  Octets instanceId(long key) throws Refused {
    Octets id = bytes(key, "instance id", 33);
    if (id.at(0) != 1) {
      throw malformed("instance id", "a UEID of type 1");
    }
    return id;
  }

  List<SoftwareComponent> components(long key) throws Refused {
    if (!(required(key, "software components") instanceof CborArray(List<CborValue> elements))
        || elements.isEmpty()
        || elements.size() > MAX_COMPONENTS) {
      throw malformed("software components", "a list of 1 to " + MAX_COMPONENTS);
    }
    var components = new ArrayList<SoftwareComponent>();
    for (CborValue element : elements) {
      if (!(element instanceof CborMap map)) {
        throw malformed("software components", "a list of maps");
      }
      var one = new ArmClaims(token, map);
      components.add(
          new SoftwareComponent(
              one.optionalText(COMPONENT_TYPE, "component type"),
              one.bytes(COMPONENT_VALUE, "component measurement", 32, 48, 64),
              one.optionalText(COMPONENT_VERSION, "component version"),
              one.bytes(COMPONENT_SIGNER, "component signer", 32, 48, 64),
              one.optionalText(COMPONENT_DIGEST, "component digest name")));
    }
    return components;
  }

  Refused missing(String name) {
    return new Refused(ATT_CLAIM_MISSING, token + " lacks its " + name);
  }

  Refused malformed(String name, String expected) {
    return Refused.malformed(token + " " + name + " is not " + expected);
  }
}
