package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_STALE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Intel's TCB info for TDX, version 3.
 *
 * <p>Source: Intel PCS API v4, "TCB Info V3". Members not named here carry no meaning for a verdict
 * and are ignored: the text is Intel's, and its version is fixed.
 *
 * @param levels most current first
 * @param modules identities of TDX modules by major version; empty for TDX 1.0 only
 */
record TcbInfo(
    Validity validity,
    Octets fmspc,
    Octets pceId,
    long evaluationNumber,
    ModuleIdentity module,
    List<ModuleIdentity> modules,
    List<Level> levels) {
  private static final int COMPONENTS = 16;
  private static final int MAX_LEVELS = 256;

  /** From when to when a document is current; the end is exclusive. */
  record Validity(Instant issueDate, Instant nextUpdate) {
    static Validity of(JsonObject json, String what) throws Refused {
      return new Validity(instant(json, "issueDate", what), instant(json, "nextUpdate", what));
    }

    /** Whether the other document is the later issue. */
    boolean isBefore(Validity other) {
      return issueDate.isBefore(other.issueDate);
    }

    void require(Instant at, String what) throws Refused {
      if (at.isBefore(issueDate)) {
        throw new Refused(ATT_FUTURE, what + " is of " + issueDate);
      }
      if (!at.isBefore(nextUpdate)) {
        throw new Refused(ATT_COLLATERAL_STALE, what + " ended at " + nextUpdate);
      }
    }
  }

  /** One row of security versions with its status. */
  record Level(
      List<Integer> sgx, int pceSvn, List<Integer> tdx, TcbStatus status, List<String> advisories) {
    Level {
      sgx = List.copyOf(sgx);
      tdx = List.copyOf(tdx);
      advisories = List.copyOf(advisories);
    }
  }

  /** One row of a module's or enclave's version with its status. */
  record SvnLevel(int isvSvn, TcbStatus status, List<String> advisories) {
    SvnLevel {
      advisories = List.copyOf(advisories);
    }

    /** The first level that {@code isvSvn} reaches. */
    static Optional<SvnLevel> of(List<SvnLevel> levels, int isvSvn) {
      return levels.stream().filter(level -> level.isvSvn() <= isvSvn).findFirst();
    }
  }

  /** Who may have signed the TDX module, and its attributes. */
  record ModuleIdentity(
      String id, Octets mrSigner, Octets attributes, Octets attributesMask, List<SvnLevel> levels) {
    ModuleIdentity {
      levels = List.copyOf(levels);
    }
  }

  TcbInfo {
    modules = List.copyOf(modules);
    levels = List.copyOf(levels);
  }

  static TcbInfo parse(SignedJson signed) throws Refused {
    JsonObject json = signed.json("TCB info");
    if (!json.string("id").equals(Optional.of("TDX")) || number(json, "version", 100) != 3) {
      throw invalid("TCB info is not TDX version 3");
    }
    if (number(json, "tcbType", 100) != 0) {
      throw invalid("TCB info has an unknown tcbType");
    }
    var modules = new ArrayList<ModuleIdentity>();
    if (json.has("tdxModuleIdentities")) {
      for (JsonObject identity : objects(json, "tdxModuleIdentities")) {
        modules.add(
            module(identity, string(identity, "id"), svnLevels(identity, "TDX module identity")));
      }
    }
    JsonObject module =
        json.object("tdxModule").orElseThrow(() -> invalid("TCB info lacks tdxModule"));
    var levels = new ArrayList<Level>();
    for (JsonObject level : objects(json, "tcbLevels")) {
      JsonObject tcb = level.object("tcb").orElseThrow(() -> invalid("TCB level lacks tcb"));
      levels.add(
          new Level(
              components(tcb, "sgxtcbcomponents"),
              number(tcb, "pcesvn", 65535),
              components(tcb, "tdxtcbcomponents"),
              status(level),
              advisories(level)));
    }
    if (levels.isEmpty()) {
      throw invalid("TCB info has no levels");
    }
    return new TcbInfo(
        Validity.of(json, "TCB info"),
        hex(json, "fmspc", 6),
        hex(json, "pceId", 2),
        number(json, "tcbEvaluationDataNumber", Integer.MAX_VALUE),
        module(module, "", List.of()),
        modules,
        levels);
  }

  static List<SvnLevel> svnLevels(JsonObject json, String what) throws Refused {
    var levels = new ArrayList<SvnLevel>();
    for (JsonObject level : objects(json, "tcbLevels")) {
      JsonObject tcb = level.object("tcb").orElseThrow(() -> invalid(what + " level lacks tcb"));
      levels.add(new SvnLevel(number(tcb, "isvsvn", 65535), status(level), advisories(level)));
    }
    return levels;
  }

  private static ModuleIdentity module(JsonObject json, String id, List<SvnLevel> levels)
      throws Refused {
    return new ModuleIdentity(
        id,
        hex(json, "mrsigner", 48),
        hex(json, "attributes", 8),
        hex(json, "attributesMask", 8),
        levels);
  }

  private static List<Integer> components(JsonObject tcb, String name) throws Refused {
    var components = new ArrayList<Integer>();
    for (JsonObject component : objects(tcb, name)) {
      components.add(number(component, "svn", 255));
    }
    if (components.size() != COMPONENTS) {
      throw invalid(name + " are not 16");
    }
    return components;
  }

  private static TcbStatus status(JsonObject level) throws Refused {
    return TcbStatus.of(string(level, "tcbStatus"))
        .orElseThrow(() -> invalid("TCB level has an unknown status"));
  }

  /** Absent means none. */
  private static List<String> advisories(JsonObject level) throws Refused {
    if (!level.has("advisoryIDs")) {
      return List.of();
    }
    return level
        .array("advisoryIDs")
        .flatMap(JsonArray::strings)
        .orElseThrow(() -> invalid("advisoryIDs are not strings"));
  }

  private static List<JsonObject> objects(JsonObject json, String name) throws Refused {
    JsonArray array = json.array(name).orElseThrow(() -> invalid(name + " is not an array"));
    if (array.elements().size() > MAX_LEVELS) {
      throw invalid(name + " has more than " + MAX_LEVELS + " entries");
    }
    var objects = new ArrayList<JsonObject>();
    for (JsonValue element : array.elements()) {
      if (!(element instanceof JsonObject object)) {
        throw invalid(name + " has an entry that is no object");
      }
      objects.add(object);
    }
    return objects;
  }

  static int number(JsonObject json, String name, int limit) throws Refused {
    long value = json.integer(name).orElseThrow(() -> invalid(name + " is not an integer"));
    if (value < 0 || value > limit) {
      throw invalid(name + " is out of range");
    }
    return (int) value;
  }

  static String string(JsonObject json, String name) throws Refused {
    return json.string(name).orElseThrow(() -> invalid(name + " is not a string"));
  }

  static Octets hex(JsonObject json, String name, int length) throws Refused {
    try {
      Octets value = Octets.ofHex(string(json, name));
      if (value.length() == length) {
        return value;
      }
    } catch (IllegalArgumentException notHex) {
      throw invalid(name + " is not hex");
    }
    throw invalid(name + " is not " + length + " bytes");
  }

  private static Instant instant(JsonObject json, String name, String what) throws Refused {
    try {
      return Instant.parse(string(json, name));
    } catch (DateTimeException notATime) {
      throw invalid(what + " " + name + " is not a time");
    }
  }

  static Refused invalid(String why) {
    return new Refused(ATT_COLLATERAL_INVALID, why);
  }
}
