package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A goroutine filter: {@code status:waiting label:domain=db stack:^netpoll id>100} (space is "and",
 * {@code !} before a term negates it, quotes keep spaces).
 *
 * <p>Terms: {@code id:N id>N id<N}; {@code label:KEY label:KEY=VALUE}; {@code status:} one of
 * running, runnable, waiting, syscall, idle, preempted, or a wait reason ({@code "IO wait"}, {@code
 * chan*}); {@code user:true|false}; {@code loc:TEXT} and {@code start:TEXT}, in {@code file:line in
 * function}; {@code stack:TEXT} in a function's name, {@code stack:^TEXT} where its last part
 * begins. No patterns beyond these: every test takes linear time. A goroutine that Delve could not
 * read matches nothing.
 */
public final class GoroutineFilter {
  private static final int MAX_LENGTH = 1024;
  private static final int MAX_TERMS = 16;

  /** What parsing gives. */
  public sealed interface Parsed {
    /** The text is a filter. */
    record Filter(GoroutineFilter filter) implements Parsed {}

    /**
     * The text is none.
     *
     * @param at where, in UTF-16 units from 0
     */
    record Fault(int at, String message) implements Parsed {}
  }

  private final List<GoroutineTerm> terms;

  private GoroutineFilter(List<GoroutineTerm> terms) {
    this.terms = List.copyOf(terms);
  }

  /** Reads a filter. */
  public static Parsed parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return new Parsed.Fault(MAX_LENGTH, "a filter has at most " + MAX_LENGTH + " characters");
    }
    var terms = new ArrayList<GoroutineTerm>();
    int at = 0;
    while (at < text.length()) {
      if (text.charAt(at) == ' ') {
        at++;
        continue;
      }
      int from = at;
      boolean quoted = false;
      while (at < text.length() && (quoted || text.charAt(at) != ' ')) {
        if (text.charAt(at) < ' ') {
          return new Parsed.Fault(at, "control character");
        }
        quoted ^= text.charAt(at) == '"';
        at++;
      }
      if (quoted) {
        return new Parsed.Fault(from, "a quote is not closed");
      }
      if (terms.size() == MAX_TERMS) {
        return new Parsed.Fault(from, "a filter has at most " + MAX_TERMS + " terms");
      }
      try {
        terms.add(GoroutineTerm.parse(text.substring(from, at).replace("\"", "")));
      } catch (IllegalArgumentException fault) {
        return new Parsed.Fault(from, String.valueOf(fault.getMessage()));
      }
    }
    return terms.isEmpty()
        ? new Parsed.Fault(0, "an empty filter; leave it out to see every goroutine")
        : new Parsed.Filter(new GoroutineFilter(terms));
  }

  /**
   * Filters of Delve's own that lose no goroutine this one keeps. Never enough: Delve takes kinds
   * it does not know for "everything".
   */
  public List<JsonObject> narrowing() {
    var filters = new ArrayList<JsonObject>();
    for (GoroutineTerm term : terms) {
      term.narrowing().ifPresent(filters::add);
    }
    return filters;
  }

  /** Whether {@link #matchesStack} has to be asked too. */
  public boolean needsStack() {
    return terms.stream().anyMatch(GoroutineTerm.Stack.class::isInstance);
  }

  /** Whether the wait reasons of the target's Go version are needed. */
  public boolean needsWaitReasons() {
    return terms.stream().anyMatch(GoroutineTerm.Reason.class::isInstance);
  }

  /**
   * All terms that an {@code api.Goroutine} alone decides.
   *
   * @param reasons of the target's Go version; if needed and empty, nothing matches
   */
  public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
    if (!goroutine.string("unreadable").orElse("").isEmpty()
        || goroutine.integer("id").isEmpty()
        || (needsWaitReasons() && reasons.isEmpty())) {
      return false;
    }
    return terms.stream()
        .filter(term -> !(term instanceof GoroutineTerm.Stack))
        .allMatch(term -> term.matches(goroutine, reasons));
  }

  /**
   * All {@code stack:} terms.
   *
   * @param functions of the frames, innermost first
   */
  public boolean matchesStack(List<String> functions) {
    return terms.stream()
        .allMatch(term -> !(term instanceof GoroutineTerm.Stack stack) || stack.matches(functions));
  }

  static JsonObject delveFilter(int kind, boolean negated, String argument) {
    return new JsonObject(
        Map.of(
            "Kind", JsonNumber.of(kind),
            "Negated", JsonBool.of(negated),
            "Arg", new JsonString(argument)));
  }
}
