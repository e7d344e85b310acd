package dev.postern.wire.dlv;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One term of a {@link GoroutineFilter}. */
sealed interface GoroutineTerm {
  /** The runtime adds this bit while it scans a stack; the rest is the status. */
  long SCAN = 0x1000;

  Map<String, Long> STATUS =
      Map.of(
          "idle", 0L, "runnable", 1L, "running", 2L, "syscall", 3L, "waiting", 4L, "preempted", 9L);

  /** Delve's filter that keeps at least what this term keeps. */
  default Optional<JsonObject> narrowing() {
    return Optional.empty();
  }

  boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons);

  /** By number: {@code order} is the sign that comparing the id with {@code bound} must give. */
  record Id(boolean negated, int order, long bound) implements GoroutineTerm {
    @Override
    public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
      long id = goroutine.integer("id").orElse(0L);
      return (Long.signum(Long.compare(id, bound)) == order) != negated;
    }
  }

  /** By pprof label; a value of empty means any. */
  record Label(boolean negated, String key, Optional<String> value) implements GoroutineTerm {
    @Override
    public Optional<JsonObject> narrowing() {
      String argument = value.map(text -> key + "=" + text).orElse(key);
      return Optional.of(GoroutineFilter.delveFilter(5, negated, argument));
    }

    @Override
    public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
      JsonObject labels = goroutine.object("labels").orElse(JsonObject.EMPTY);
      JsonValue found = labels.members().get(key);
      boolean matches =
          found != null && value.map(text -> found.equals(new JsonString(text))).orElse(true);
      return matches != negated;
    }
  }

  /** By the runtime's status. */
  record Status(boolean negated, String name) implements GoroutineTerm {
    @Override
    public Optional<JsonObject> narrowing() {
      // kind 6 is "a thread carries it": more than running, so its negation is less than waiting's
      boolean narrows = !negated && (name.equals("running") || name.equals("waiting"));
      return narrows
          ? Optional.of(GoroutineFilter.delveFilter(6, name.equals("waiting"), ""))
          : Optional.empty();
    }

    @Override
    public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
      return (status(goroutine) == STATUS.getOrDefault(name, -2L)) != negated;
    }
  }

  /** By what a waiting goroutine waits for. */
  record Reason(boolean negated, String text, boolean prefix) implements GoroutineTerm {
    @Override
    public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
      String reason =
          status(goroutine) == 4
              ? reasons
                  .flatMap(table -> table.text(goroutine.integer("waitReason").orElse(0L)))
                  .orElse("")
              : "";
      boolean matches = prefix ? reason.startsWith(text) : reason.equals(text);
      return matches != negated;
    }
  }

  /** Started by the program rather than by the runtime, by Delve's rule. */
  record User(boolean negated) implements GoroutineTerm {
    @Override
    public Optional<JsonObject> narrowing() {
      return Optional.of(GoroutineFilter.delveFilter(7, negated, ""));
    }

    @Override
    public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
      String start = function(goroutine.object("startLoc").orElse(JsonObject.EMPTY));
      boolean user =
          !start.startsWith("runtime.")
              || start.equals("runtime.main")
              || start.equals("runtime.handleAsyncEvent");
      return user != negated;
    }
  }

  /** By text in {@code file:line in function} of one place. */
  record Place(boolean negated, String member, int kind, String text) implements GoroutineTerm {
    @Override
    public Optional<JsonObject> narrowing() {
      return Optional.of(GoroutineFilter.delveFilter(kind, negated, text));
    }

    @Override
    public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
      JsonObject place = goroutine.object(member).orElse(JsonObject.EMPTY);
      String line =
          place.string("file").orElse("")
              + ":"
              + place.integer("line").orElse(0L)
              + " in "
              + function(place);
      return line.contains(text) != negated;
    }
  }

  /** By a function's name anywhere on the stack. */
  record Stack(boolean negated, String text, boolean anchored) implements GoroutineTerm {
    @Override
    public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
      throw new IllegalStateException("needs the stack");
    }

    boolean matches(List<String> functions) {
      return functions.stream().anyMatch(this::inName) != negated;
    }

    private boolean inName(String function) {
      return anchored ? lastPart(function).startsWith(text) : function.contains(text);
    }

    private static String lastPart(String function) {
      return function.substring(function.lastIndexOf('.') + 1);
    }
  }

  /**
   * Reads one term, quotes removed.
   *
   * @throws IllegalArgumentException if it is none; the message is for the person who wrote it
   */
  static GoroutineTerm parse(String term) {
    boolean negated = term.startsWith("!");
    String text = negated ? term.substring(1) : term;
    if (text.startsWith("id>") || text.startsWith("id<")) {
      return new Id(negated, text.charAt(2) == '>' ? 1 : -1, number(text.substring(3)));
    }
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("a term has the form `name:value`");
    }
    String value = text.substring(colon + 1);
    if (value.isEmpty()) {
      throw new IllegalArgumentException("nothing stands behind the colon");
    }
    return switch (text.substring(0, colon)) {
      case "id" -> new Id(negated, 0, number(value));
      case "label" -> label(negated, value);
      case "status" -> status(negated, value);
      case "user" -> user(negated, value);
      case "loc" -> new Place(negated, "userCurrentLoc", 2, value);
      case "start" -> new Place(negated, "startLoc", 4, value);
      case "stack" -> stack(negated, value);
      default ->
          throw new IllegalArgumentException(
              "unknown term; known are id, label, status, user, loc, start, stack");
    };
  }

  private static GoroutineTerm label(boolean negated, String value) {
    int equals = value.indexOf('=');
    if (equals == 0) {
      throw new IllegalArgumentException("a label needs a key");
    }
    return equals < 0
        ? new Label(negated, value, Optional.empty())
        : new Label(negated, value.substring(0, equals), Optional.of(value.substring(equals + 1)));
  }

  private static GoroutineTerm status(boolean negated, String value) {
    if (STATUS.containsKey(value)) {
      return new Status(negated, value);
    }
    boolean prefix = value.endsWith("*");
    String text = prefix ? value.substring(0, value.length() - 1) : value;
    if (text.isEmpty() || text.indexOf('*') >= 0) {
      throw new IllegalArgumentException("`*` may stand at the end of a wait reason only");
    }
    if (!WaitReasons.isKnown(text, prefix)) {
      throw new IllegalArgumentException("neither a status nor the start of a wait reason");
    }
    return new Reason(negated, text, prefix);
  }

  private static GoroutineTerm user(boolean negated, String value) {
    return switch (value) {
      case "true" -> new User(negated);
      case "false" -> new User(!negated);
      default -> throw new IllegalArgumentException("`user` is true or false");
    };
  }

  private static GoroutineTerm stack(boolean negated, String value) {
    boolean anchored = value.startsWith("^");
    String text = anchored ? value.substring(1) : value;
    if (text.isEmpty()) {
      throw new IllegalArgumentException("nothing stands behind `^`");
    }
    return new Stack(negated, text, anchored);
  }

  private static long number(String text) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException("an id is a number");
    }
    return Long.parseLong(text);
  }

  private static long status(JsonObject goroutine) {
    return goroutine.integer("status").map(raw -> raw & ~SCAN & 0xfff).orElse(-1L);
  }

  private static String function(JsonObject place) {
    return place.object("function").flatMap(function -> function.string("name")).orElse("?");
  }
}
