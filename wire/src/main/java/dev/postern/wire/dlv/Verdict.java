package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What {@link DlvRules} says of one call, before anyone asks whether the session may. */
public sealed interface Verdict {
  /**
   * May go to the target for a session that holds every one of {@code classes}.
   *
   * @param classes what it needs; never empty
   * @param args what to send: within bounds, in canonical names
   * @param rewrites what was changed in the caller's words, for the record; empty if nothing
   * @param addresses what has to be proven of code addresses before it is sent
   */
  record Allowed(
      Set<DlvClass> classes, JsonObject args, List<String> rewrites, AddressCheck addresses)
      implements Verdict {
    public Allowed {
      classes = Set.copyOf(classes);
      rewrites = List.copyOf(rewrites);
    }

    /** The classes that {@code held} lacks, in the order of {@link DlvClass}. */
    public Set<DlvClass> lacking(Set<DlvClass> held) {
      Set<DlvClass> lacking = EnumSet.copyOf(classes);
      lacking.removeAll(held);
      return lacking;
    }
  }

  /** Answered here; the target never hears of it. */
  record Local(JsonObject result) implements Verdict {}

  /**
   * Never passed on, whatever the scopes.
   *
   * @param text for the caller: what is wrong and what to do instead
   */
  record Refused(MessageReason reason, String text) implements Verdict {}
}
