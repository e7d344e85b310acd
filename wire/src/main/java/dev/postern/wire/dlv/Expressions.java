package dev.postern.wire.dlv;

/** Looks at Go expressions as Delve evaluates them, without evaluating. */
public final class Expressions {
  private Expressions() {}

  /** Whether the text holds something that may be a function call. */
  public static boolean mayCall(String expression) {
    return true;
  }

  /** Whether the text is within the allow-list: identifiers, fields, constant indexes, len, cap. */
  public static boolean isPlain(String expression) {
    return false;
  }
}
