package dev.postern.policy.source;

import com.google.re2j.Pattern;
import java.util.Set;

/** What an unquoted scalar means in YAML 1.2's core schema, and where YAML 1.1 differs. */
final class PlainScalar {
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> BOOLS =
      Set.of("true", "True", "TRUE", "false", "False", "FALSE");
  private static final Set<String> BOOLS_1_1 =
      Set.of("yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF");
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
  private static final Pattern NUMBER_1_1 =
      Pattern.compile(
          "[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?|[-+]?0b[01_]+|[-+]?[0-9][0-9_]*(\\.[0-9_]*)?");

  private PlainScalar() {}

  static ScalarType typeOf(String text) {
    if (NULLS.contains(text)) {
      return ScalarType.NULL;
    }
    if (BOOLS.contains(text)) {
      return ScalarType.BOOL;
    }
    return startsLikeNumber(text) && endsLikeNumber(text) && NUMBER.matcher(text).matches()
        ? ScalarType.NUMBER
        : ScalarType.STRING;
  }

  /** Whether a YAML 1.1 reader would take this 1.2 string for a boolean or a number. */
  static boolean isOtherIn11(String text) {
    return BOOLS_1_1.contains(text)
        || (startsLikeNumber(text) && endsLikeNumber(text) && NUMBER_1_1.matcher(text).matches());
  }

  /** Spares quantities such as {@code 10m} the pattern: there are many of them. */
  private static boolean endsLikeNumber(String text) {
    char c = text.charAt(text.length() - 1);
    return c <= '9' || c == '_' || text.startsWith("0x") || "fFnN".indexOf(c) >= 0;
  }

  private static boolean startsLikeNumber(String text) {
    if (text.isEmpty()) {
      return false;
    }
    char c = text.charAt(0);
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
  }
}
