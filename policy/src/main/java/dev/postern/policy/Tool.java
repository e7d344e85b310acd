package dev.postern.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A kind of debugger or profiler that a target is reached with. */
public enum Tool {
  DLV("dlv"),
  GDB("gdb"),
  PERF("perf"),
  PPROF("pprof"),
  GOPS("gops");

  private static final Set<String> DLV_CLASSES =
      Set.of("observe", "inspect", "control", "mutate", "lifecycle", "host", "log");
  private static final Set<String> GDB_CLASSES =
      Set.of("observe", "inspect", "control", "mutate", "lifecycle", "host");
  private static final Set<String> PERF_KINDS = Set.of("cpu", "stacks", "kernel-stacks");

  private final String word;

  Tool(String word) {
    this.word = word;
  }

  /** As written in policies and on the command line. */
  public String word() {
    return word;
  }

  /** The last segments that its own scopes may have; empty if they are open. */
  public Set<String> classes() {
    return switch (this) {
      case DLV -> DLV_CLASSES;
      case GDB -> GDB_CLASSES;
      case PERF -> PERF_KINDS;
      case PPROF, GOPS -> Set.of();
    };
  }

  public static Optional<Tool> of(String word) {
    return Arrays.stream(values()).filter(tool -> tool.word.equals(word)).findFirst();
  }

  /** Every tool's word. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Tool::word).toList();
  }

  /**
   * The tool that a scope family belongs to: its own name; every other family is a subsystem of
   * perf's tracepoints.
   */
  public static Tool ofFamily(String family) {
    return of(family).orElse(PERF);
  }
}
