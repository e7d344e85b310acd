package dev.postern.wire.dlv;

/** Takes secrets out of text that leaves the target. */
@FunctionalInterface
public interface StringRedactor {
  /** The text with what must not be seen replaced; the same instance if nothing was. */
  String redact(String text);
}
