package dev.postern.wire.dlv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks at Go expressions as Delve evaluates them, without evaluating.
 *
 * <p>{@link #mayCall} is a second line: Delve itself refuses calls outside {@code Command{call}}.
 * {@link #isPlain} is the boundary where an obligation limits what may be asked. Text that cannot
 * be cut into tokens may call and is not plain.
 */
public final class Expressions {
  static final int MAX_LENGTH = 4 * 1024;
  private static final int MAX_TOKENS = 1024;

  /** Take parentheses and are no calls: built-ins, basic types, and two forms of Delve's own. */
  private static final Set<String> NO_CALLS =
      Set.of(
          "len",
          "cap",
          "complex",
          "imag",
          "real",
          "min",
          "max",
          "bool",
          "byte",
          "rune",
          "string",
          "int",
          "int8",
          "int16",
          "int32",
          "int64",
          "uint",
          "uint8",
          "uint16",
          "uint32",
          "uint64",
          "uintptr",
          "float32",
          "float64",
          "complex64",
          "complex128",
          "error",
          "any",
          "runtime.frame",
          "delve.catch");

  /** Delve reads a name that is no variable, all in capitals, as a CPU register. */
  private static final Pattern REGISTER =
      Pattern.compile(
          "_*(R[A-Z]{2}|R[0-9]{1,2}[BWDL]?|E[A-Z]{2}|[A-D][HLX]|[A-Z]?(SP|BP|SI|DI|PC|LR)L?|"
              + "[XYZ]?MM[0-9]+|[XWVBHSDQKZP][0-9]{1,2}|ST[0-9]+|[A-Z]{0,2}FLAGS|[C-GS]S|FP[A-Z]*|"
              + "CW|SW|TW|FTW|FOP|FIP|FDP|MXCSR[A-Z]*|XZR|WZR|PSTATE|CPSR|ORIGRAX)");

  /** Keywords that begin types or functions, and packages with meanings of their own. */
  private static final Set<String> NO_PLAIN_NAMES =
      Set.of("func", "struct", "interface", "map", "chan", "unsafe", "uintptr", "runtime", "delve");

  private enum Kind {
    NAME,
    NUMBER,
    STRING,
    SIGN
  }

  private record Token(Kind kind, String text) {
    boolean is(String sign) {
      return kind == Kind.SIGN && text.equals(sign);
    }

    /** Whether parentheses behind it hold arguments rather than group. */
    boolean endsOperand() {
      return kind != Kind.SIGN || text.equals(")") || text.equals("]") || text.equals("}");
    }
  }

  private Expressions() {}

  /**
   * Whether the text holds something that may be a function call. Conversions to basic, pointer and
   * slice types and Go's built-in functions are none; a conversion to another named type looks like
   * a call, and counts as one.
   */
  public static boolean mayCall(String expression) {
    Optional<List<Token>> cut = tokens(expression);
    if (cut.isEmpty()) {
      return true;
    }
    List<Token> tokens = cut.get();
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).kind() == Kind.NAME && tokens.get(i).text().equals("func")) {
        return true;
      }
      if (i > 0
          && tokens.get(i).is("(")
          && tokens.get(i - 1).endsOperand()
          && !isConversion(tokens, i)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the text is within the allow-list: a name, followed by fields and constant indexes,
   * bare or in {@code len()} or {@code cap()}; or a constant. No register names.
   */
  public static boolean isPlain(String expression) {
    Optional<List<Token>> cut = tokens(expression);
    if (cut.isEmpty() || cut.get().isEmpty()) {
      return false;
    }
    List<Token> tokens = cut.get();
    if (tokens.size() == 1 && tokens.getFirst().kind() != Kind.SIGN) {
      Token only = tokens.getFirst();
      return only.kind() != Kind.NAME || isPlainName(only.text());
    }
    int size = tokens.size();
    String first = tokens.getFirst().text();
    if (size > 3
        && (first.equals("len") || first.equals("cap"))
        && tokens.get(1).is("(")
        && tokens.getLast().is(")")) {
      return isPath(tokens.subList(2, size - 1));
    }
    return isPath(tokens);
  }

  /** Whether the text is one number, so that it reads nothing. */
  static boolean isNumber(String expression) {
    return tokens(expression)
        .map(cut -> cut.size() == 1 && cut.getFirst().kind() == Kind.NUMBER)
        .orElse(false);
  }

  private static boolean isPath(List<Token> tokens) {
    if (tokens.isEmpty()
        || tokens.getFirst().kind() != Kind.NAME
        || !isPlainName(tokens.getFirst().text())) {
      return false;
    }
    int i = 1;
    while (i < tokens.size()) {
      if (tokens.get(i).is(".")
          && i + 1 < tokens.size()
          && tokens.get(i + 1).kind() == Kind.NAME
          && !tokens.get(i + 1).text().equals("func")) {
        i += 2;
      } else if (tokens.get(i).is("[")
          && i + 2 < tokens.size()
          && (tokens.get(i + 1).kind() == Kind.NUMBER || tokens.get(i + 1).kind() == Kind.STRING)
          && tokens.get(i + 2).is("]")) {
        i += 3;
      } else {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlainName(String name) {
    return !REGISTER.matcher(name).matches() && !NO_PLAIN_NAMES.contains(name);
  }

  /** Whether the parenthesis at {@code open}, behind an operand, belongs to no call. */
  private static boolean isConversion(List<Token> tokens, int open) {
    Token before = tokens.get(open - 1);
    if (before.kind() == Kind.NAME) {
      int start = open - 1;
      var name = new StringBuilder(before.text());
      while (start >= 2
          && tokens.get(start - 1).is(".")
          && tokens.get(start - 2).kind() == Kind.NAME) {
        start -= 2;
        name.insert(0, tokens.get(start).text() + ".");
      }
      boolean whole = start == 0 || !tokens.get(start - 1).is(".");
      return whole && NO_CALLS.contains(name.toString());
    }
    if (!before.is(")")) {
      return false;
    }
    int group = opening(tokens, open - 1);
    if (group < 0 || (group > 0 && tokens.get(group - 1).endsOperand())) {
      return false;
    }
    Token first = tokens.get(group + 1);
    return first.is("*") || first.is("[");
  }

  private static int opening(List<Token> tokens, int close) {
    int depth = 0;
    for (int i = close; i >= 0; i--) {
      if (tokens.get(i).is(")")) {
        depth++;
      } else if (tokens.get(i).is("(") && --depth == 0) {
        return i;
      }
    }
    return -1;
  }

  /** The tokens; empty if the text is too long, or has what no Go expression has. */
  private static Optional<List<Token>> tokens(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    var tokens = new ArrayList<Token>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ' ' || c == '\t') {
        at++;
        continue;
      }
      int end = tokenEnd(text, at);
      if (end < 0 || tokens.size() == MAX_TOKENS) {
        return Optional.empty();
      }
      tokens.add(new Token(kind(c), text.substring(at, end)));
      at = end;
    }
    return Optional.of(tokens);
  }

  private static Kind kind(char c) {
    if (c == '"' || c == '`' || c == '\'') {
      return Kind.STRING;
    }
    if (c >= '0' && c <= '9') {
      return Kind.NUMBER;
    }
    return c == '_' || Character.isLetter(c) ? Kind.NAME : Kind.SIGN;
  }

  /** Where the token at {@code at} ends; −1 if none stands there. */
  private static int tokenEnd(String text, int at) {
    char c = text.charAt(at);
    int end = at + 1;
    return switch (kind(c)) {
      case STRING -> {
        while (end < text.length() && text.charAt(end) != c) {
          end += c != '`' && text.charAt(end) == '\\' ? 2 : 1;
        }
        yield end < text.length() ? end + 1 : -1;
      }
      case NUMBER -> {
        while (end < text.length()
            && (Character.isLetterOrDigit(text.charAt(end))
                || text.charAt(end) == '.'
                || text.charAt(end) == '_')) {
          end++;
        }
        yield end;
      }
      case NAME -> {
        while (end < text.length()
            && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
          end++;
        }
        yield end;
      }
      case SIGN -> "()[]{}.,:;+-*/%&|^<>=!~".indexOf(c) >= 0 ? end : -1;
    };
  }
}
