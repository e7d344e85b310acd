package dev.postern.policy;

import java.util.Map;

/**
 * What is to be debugged.
 *
 * @param name as asked for
 * @param known whether the gateway has such a target; if not, labels and way mean nothing
 * @param labels one value per key
 * @param via how it is reached
 */
public record Target(String name, boolean known, Map<String, String> labels, Via via) {
  /** The way to a target. */
  public enum Via {
    /** An endpoint that the gateway dials itself. */
    DIRECT,
    /** A node agent. */
    AGENT;

    /** As written in policies. */
    public String word() {
      return this == DIRECT ? "direct" : "agent";
    }
  }

  public Target {
    labels = Map.copyOf(labels);
  }

  /** A target that the gateway knows and dials itself. */
  public static Target direct(String name, Map<String, String> labels) {
    return new Target(name, true, labels, Via.DIRECT);
  }

  /** A name that is none of the gateway's targets. */
  public static Target unknown(String name) {
    return new Target(name, false, Map.of(), Via.DIRECT);
  }
}
