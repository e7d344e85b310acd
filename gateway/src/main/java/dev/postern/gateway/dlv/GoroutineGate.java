package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.GoroutineFilter;
import dev.postern.wire.dlv.GoroutineTarget;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;
import dev.postern.wire.dlv.WaitReasons;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Shows a session only the goroutines that policy lets it see.
 *
 * <p>Which those are is asked once per stop and decided here, on Delve's answers: its own filters
 * only narrow what has to be looked at. Requests that name another goroutine, or a thread, are
 * refused. Guarded by the exchange of its {@link DlvTarget}.
 */
final class GoroutineGate {
  private static final int PAGE = 1000;
  private static final int MAX_PAGES = 20;
  private static final int MAX_STACKS = 200;
  private static final int STACK_DEPTH = 50;

  private final List<GoroutineFilter> filters;
  private volatile Set<Long> shown = Set.of();
  private long shownInStop = -1;

  private GoroutineGate(List<GoroutineFilter> filters) {
    this.filters = filters;
  }

  /** Empty if every goroutine may be seen. */
  static Optional<GoroutineGate> of(List<String> texts) throws TargetUnavailable {
    if (texts.isEmpty()) {
      return Optional.empty();
    }
    var filters = new ArrayList<GoroutineFilter>();
    for (String text : texts) {
      switch (GoroutineFilter.parse(text)) {
        case GoroutineFilter.Parsed.Filter(GoroutineFilter filter) -> filters.add(filter);
        case GoroutineFilter.Parsed.Fault fault ->
            throw new TargetUnavailable(
                TargetUnavailable.Code.TARGET_OBLIGATION,
                "a goroutine filter cannot be read: " + fault.message());
      }
    }
    return Optional.of(new GoroutineGate(List.copyOf(filters)));
  }

  /** Asks, after checking whose goroutine is asked for, and takes the others out of lists. */
  TargetReply ask(DlvTarget target, DlvRequest request)
      throws Refusal, TargetLost, InterruptedException {
    switch (request.method()) {
      case LIST_THREADS,
          GET_THREAD,
          LIST_REGISTERS,
          LIST_PACKAGE_VARS,
          EXAMINE_MEMORY,
          DISASSEMBLE ->
          throw hidden("threads, globals and raw memory are not shown");
      default -> {}
    }
    OptionalLong goroutine = GoroutineTarget.of(request.method(), request.args());
    if (goroutine.isPresent() && request.method() != DlvMethod.FIND_LOCATION) {
      require(target, new Selection.Goroutine(goroutine.getAsLong()));
    }
    return target.ask(request);
  }

  /** The answer to ListGoroutines with the hidden ones taken out. Inside the same stop. */
  JsonObject only(DlvTarget target, JsonObject result)
      throws Refusal, TargetLost, InterruptedException {
    Set<Long> allowed = shown(target);
    var kept = new ArrayList<JsonValue>();
    for (JsonValue each : elements(result, "Goroutines")) {
      if (each instanceof JsonObject goroutine
          && goroutine.integer("id").filter(allowed::contains).isPresent()) {
        kept.add(goroutine);
      }
    }
    return result.with("Goroutines", new JsonArray(kept)).with("Groups", JsonValue.JsonNull.NULL);
  }

  /**
   * A {@code DebuggerState} without the goroutines that are not shown; with none if nothing has
   * been asked yet that told which those are.
   */
  JsonObject only(JsonObject state) {
    Set<Long> allowed = shown;
    var threads = new ArrayList<JsonValue>();
    for (JsonValue each : elements(state, "Threads")) {
      if (each instanceof JsonObject thread && isOf(thread, "goroutineID", allowed)) {
        threads.add(thread);
      }
    }
    JsonObject kept = state.has("Threads") ? state.with("Threads", new JsonArray(threads)) : state;
    if (!isOf(state.object("currentThread").orElse(JsonObject.EMPTY), "goroutineID", allowed)) {
      kept = kept.without("currentThread");
    }
    if (!isOf(state.object("currentGoroutine").orElse(JsonObject.EMPTY), "id", allowed)) {
      kept = kept.without("currentGoroutine");
    }
    return kept;
  }

  private static boolean isOf(JsonObject object, String name, Set<Long> allowed) {
    return object.integer(name).filter(allowed::contains).isPresent();
  }

  void require(DlvTarget target, Selection selection)
      throws Refusal, TargetLost, InterruptedException {
    if (!(selection instanceof Selection.Goroutine(long id)) || !shown(target).contains(id)) {
      throw hidden("this one is not among those you may see");
    }
  }

  private Refusal hidden(String why) {
    return new Refusal(
        "MESSAGE_GOROUTINE",
        "",
        "postern: denied by policy: only some goroutines are shown; " + why);
  }

  private Set<Long> shown(DlvTarget target) throws Refusal, TargetLost, InterruptedException {
    long stop = target.execution().stops();
    if (shownInStop != stop) {
      shown = look(target);
      shownInStop = stop;
    }
    return shown;
  }

  private Set<Long> look(DlvTarget target) throws Refusal, TargetLost, InterruptedException {
    Optional<WaitReasons> reasons = WaitReasons.of(target.facts().goVersion());
    var narrowing = new ArrayList<JsonObject>();
    filters.forEach(filter -> narrowing.addAll(filter.narrowing()));
    var found = new HashSet<Long>();
    int stacks = 0;
    long start = 0;
    for (int page = 0; start >= 0 && page < MAX_PAGES; page++) {
      if (!(target.ask(DlvRequest.listGoroutines(start, PAGE, narrowing))
          instanceof TargetReply.Result(long _, RawJson result))) {
        break;
      }
      JsonObject answer = Answers.tree(result);
      for (JsonValue each : elements(answer, "Goroutines")) {
        if (!(each instanceof JsonObject goroutine)
            || goroutine.integer("id").isEmpty()
            || !filters.stream().allMatch(filter -> filter.matches(goroutine, reasons))) {
          continue;
        }
        long id = goroutine.integer("id").get();
        if (filters.stream().anyMatch(GoroutineFilter::needsStack)) {
          if (++stacks > MAX_STACKS || !stackMatches(target, id)) {
            continue;
          }
        }
        found.add(id);
      }
      long next = answer.integer("Nextg").orElse(-1L);
      start = next > start ? next : -1;
    }
    return found;
  }

  private boolean stackMatches(DlvTarget target, long id)
      throws Refusal, TargetLost, InterruptedException {
    if (!(target.ask(DlvRequest.stacktrace(id, STACK_DEPTH))
        instanceof TargetReply.Result(long _, RawJson result))) {
      return false;
    }
    var functions = new ArrayList<String>();
    for (JsonValue frame : elements(Answers.tree(result), "Locations")) {
      if (frame instanceof JsonObject location) {
        location.object("function").flatMap(f -> f.string("name")).ifPresent(functions::add);
      }
    }
    return filters.stream()
        .allMatch(filter -> !filter.needsStack() || filter.matchesStack(functions));
  }

  private static List<JsonValue> elements(JsonObject object, String name) {
    return object.array(name).map(JsonArray::elements).orElse(List.of());
  }

  /**
   * ListGoroutines as it may be asked: no groups, whose names and counts would tell of the others.
   */
  static DlvRequest ungrouped(DlvRequest request) {
    return new DlvRequest(
        request.method(), request.args().with("GroupBy", JsonNumber.of(0)).without("GroupByKey"));
  }
}
