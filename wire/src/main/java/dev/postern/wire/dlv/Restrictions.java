package dev.postern.wire.dlv;

/**
 * Obligations that narrow what may be asked.
 *
 * @param redact values leaving the target are redacted: only allow-listed expressions, no raw
 *     memory, registers or disassembly
 * @param goroutines only some goroutines are shown: all of {@code redact}'s limits, and no package
 *     variables; which goroutine a request names is for the gateway to check ({@link
 *     GoroutineTarget})
 */
public record Restrictions(boolean redact, boolean goroutines) {
  public static final Restrictions NONE = new Restrictions(false, false);

  boolean narrow() {
    return redact || goroutines;
  }
}
