package dev.postern.policy.source;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * One thing wrong in a file: what, where, and perhaps what was meant.
 *
 * @param code stable, such as {@code P014}
 * @param message lower case, no final period, the user's own words in backticks
 * @param suggestion the one likely replacement for the text at the place
 * @param related other places that belong to it, such as the first of two equal keys
 * @param note a further line below, such as what would be valid
 */
public record Issue(
    String code,
    Severity severity,
    String message,
    Place place,
    Optional<String> suggestion,
    List<Related> related,
    Optional<String> note) {
  /** File order, then code: the order in which a person fixes them. */
  public static final Comparator<Issue> IN_FILE_ORDER =
      Comparator.comparing(Issue::place).thenComparing(Issue::code).thenComparing(Issue::message);

  /** How much it weighs: an error makes the file unusable, a warning does not. */
  public enum Severity {
    ERROR,
    WARNING;

    /** As printed: {@code error} or {@code warning}. */
    public String word() {
      return this == ERROR ? "error" : "warning";
    }
  }

  /** Another place that belongs to an issue, and what it is. */
  public record Related(String message, Place place) {}

  public Issue {
    related = List.copyOf(related);
  }

  /** An error without suggestion. */
  public static Issue error(String code, Place place, String message) {
    return new Issue(
        code, Severity.ERROR, message, place, Optional.empty(), List.of(), Optional.empty());
  }

  /** A warning without suggestion. */
  public static Issue warning(String code, Place place, String message) {
    return new Issue(
        code, Severity.WARNING, message, place, Optional.empty(), List.of(), Optional.empty());
  }

  /** This issue with the likely replacement, if there is one. */
  public Issue suggesting(Optional<String> replacement) {
    return new Issue(code, severity, message, place, replacement, related, note);
  }

  /** This issue with one more place. */
  public Issue relatedTo(String what, Place where) {
    var more = new ArrayList<>(related);
    more.add(new Related(what, where));
    return new Issue(code, severity, message, place, suggestion, more, note);
  }

  /** This issue with a further line. */
  public Issue noting(String line) {
    return new Issue(code, severity, message, place, suggestion, related, Optional.of(line));
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /** The first line alone: {@code path:line:column: error[P014]: message}. */
  public String headline() {
    return place
        + ": "
        + severity.word()
        + "["
        + code
        + "]: "
        + Printable.escape(message)
        + (place.line() == 0 ? suggestion.map(s -> "; did you mean `" + s + "`?").orElse("") : "");
  }

  /** Headline, source line with carets and suggestion, related places; no final line break. */
  public String render() {
    var out = new StringBuilder(headline());
    if (place.line() > 0) {
      excerpt(out, place, suggestion.map(s -> " did you mean `" + Printable.escape(s) + "`?"));
    }
    for (Related other : related) {
      out.append("\n  ").append(other.place()).append(": ").append(other.message());
      if (other.place().line() > 0) {
        excerpt(out, other.place(), Optional.empty());
      }
    }
    note.ifPresent(line -> out.append("\n  = ").append(Printable.escape(line)));
    return out.toString();
  }

  private static void excerpt(StringBuilder out, Place place, Optional<String> after) {
    String number = Integer.toString(place.line());
    String margin = " ".repeat(Math.max(4, number.length() + 1));
    int[] line = place.lineText().codePoints().toArray();
    int from = Math.min(place.column() - 1, line.length);
    int to = place.endLine() == place.line() ? place.endColumn() - 1 : line.length;
    to = Math.clamp(to, from, line.length);
    // a very long line is shown around the place only
    int first = from > MAX_LINE_CODE_POINTS ? from - MAX_LINE_CODE_POINTS / 2 : 0;
    int last = Math.min(line.length, first + 2 * MAX_LINE_CODE_POINTS);
    var shown = new StringBuilder();
    int caretAt = 0;
    int carets = 0;
    for (int i = first; i < last; i++) {
      String printed =
          line[i] == '\t' ? "    " : Printable.escape(new String(Character.toChars(line[i])));
      int cells = printed.codePoints().map(Printable::cells).sum();
      shown.append(printed);
      if (i < from) {
        caretAt += cells;
      } else if (i < to) {
        carets += cells;
      }
    }
    out.append('\n').append(margin).append(" |\n");
    out.append(" ".repeat(margin.length() - number.length())).append(number).append(" | ");
    out.append(shown).append('\n').append(margin).append(" | ");
    out.append(" ".repeat(caretAt)).append("^".repeat(Math.max(1, carets)));
    after.ifPresent(out::append);
  }

  private static final int MAX_LINE_CODE_POINTS = 160;

  /** The issue for programs. */
  public JsonObject toJson() {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("code", new JsonString(code));
    members.put("severity", new JsonString(severity.word()));
    members.put("message", new JsonString(message));
    putPlace(members, place);
    suggestion.ifPresent(s -> members.put("suggestion", new JsonString(s)));
    if (!related.isEmpty()) {
      var others = new ArrayList<JsonValue>();
      for (Related other : related) {
        var entry = new LinkedHashMap<String, JsonValue>();
        entry.put("message", new JsonString(other.message()));
        putPlace(entry, other.place());
        others.add(new JsonObject(entry));
      }
      members.put("related", new JsonArray(others));
    }
    note.ifPresent(line -> members.put("note", new JsonString(line)));
    return new JsonObject(members);
  }

  private static void putPlace(LinkedHashMap<String, JsonValue> members, Place place) {
    members.put("file", new JsonString(place.path()));
    if (place.line() > 0) {
      members.put("start", position(place.line(), place.column()));
      members.put("end", position(place.endLine(), place.endColumn()));
    }
  }

  private static JsonObject position(int line, int column) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("line", JsonNumber.of(line));
    members.put("column", JsonNumber.of(column));
    return new JsonObject(members);
  }
}
