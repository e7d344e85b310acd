package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A condition on what is to be debugged. */
sealed interface TargetCondition extends Condition {
  @Override
  default boolean selects() {
    return true;
  }

  @Override
  default Reason reason(Facts facts) {
    return Reason.POLICY_NO_MATCH;
  }

  /** The target's name. */
  record Names(Set<String> names, Place place) implements TargetCondition {
    @Override
    public String field() {
      return "targets.names";
    }

    @Override
    public boolean met(Facts facts) {
      return names.contains(facts.request().target().name());
    }

    @Override
    public String expected() {
      return "target in [" + String.join(", ", new TreeSet<>(names)) + "]";
    }

    @Override
    public String got(Facts facts) {
      return facts.request().target().name();
    }
  }

  /**
   * One label and the values it may have.
   *
   * @param metWhenMissing whether it is met for a target without the label: true in a forbid
   */
  record Label(String key, Set<String> values, boolean metWhenMissing, Place place)
      implements TargetCondition {
    @Override
    public String field() {
      return "targets.labels." + key;
    }

    @Override
    public boolean met(Facts facts) {
      String value = facts.request().target().labels().get(key);
      return value == null ? metWhenMissing : values.contains(value);
    }

    @Override
    public String expected() {
      return "label " + key + " in [" + String.join(", ", new TreeSet<>(values)) + "]";
    }

    @Override
    public String got(Facts facts) {
      String value = facts.request().target().labels().get(key);
      return value == null ? "no label " + key : value;
    }
  }

  /** Targets that are left out; a label that is absent leaves nothing out. */
  record Except(List<TargetCondition> excepted, Place place) implements TargetCondition {
    public Except {
      excepted = List.copyOf(excepted);
    }

    @Override
    public String field() {
      return "targets.except";
    }

    @Override
    public boolean met(Facts facts) {
      for (TargetCondition condition : excepted) {
        if (!condition.met(facts)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String expected() {
      return "no target with "
          + String.join(" and ", excepted.stream().map(Condition::expected).toList());
    }

    @Override
    public String got(Facts facts) {
      return "such a target";
    }
  }

  /**
   * The way to the target. A condition rather than a selector: the rule does speak of the target.
   */
  record Way(Target.Via via, Place place) implements TargetCondition {
    @Override
    public boolean selects() {
      return false;
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.POLICY_TARGET_MISMATCH;
    }

    @Override
    public String field() {
      return "targets.via";
    }

    @Override
    public boolean met(Facts facts) {
      return facts.request().target().via() == via;
    }

    @Override
    public String expected() {
      return "reached via " + via.word();
    }

    @Override
    public String got(Facts facts) {
      return facts.request().target().via().word();
    }
  }

  /** The tool. */
  record Tools(Set<String> tools, Place place) implements TargetCondition {
    @Override
    public String field() {
      return "tools";
    }

    @Override
    public boolean met(Facts facts) {
      return tools.contains(facts.request().tool());
    }

    @Override
    public String expected() {
      return "tool in [" + String.join(", ", new TreeSet<>(tools)) + "]";
    }

    @Override
    public String got(Facts facts) {
      return facts.request().tool();
    }
  }
}
