package dev.postern.wire.dlv;

import java.util.Locale;

/**
 * What a message does to the target or to the machine its debugger runs on. No class implies
 * another.
 */
public enum DlvClass {
  /** Reads metadata only: locations, goroutines, names. */
  OBSERVE,
  /** Reads the program's data: variables, memory, registers. */
  INSPECT,
  /** Stops, continues, steps, sets breakpoints: touches availability. */
  CONTROL,
  /** Writes memory, registers or variables, calls functions, rewinds. */
  MUTATE,
  /** Detaches, kills, restarts, follows children. */
  LIFECYCLE,
  /** Has an effect on the debugger's host: files, network, programs. */
  HOST,
  /** A tracepoint that prints and never leaves the target stopped. */
  LOG;

  /** The scope that grants this class: {@code dlv/observe} and so on. */
  public String scope() {
    return "dlv/" + name().toLowerCase(Locale.ROOT);
  }
}
