package dev.postern.gateway.dlv;

import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers that stay the same for the life of a process. Safe for use by many threads. */
final class ProcessFacts {
  private static final Set<DlvMethod> ASKED =
      EnumSet.of(
          DlvMethod.PROCESS_PID,
          DlvMethod.BUILD_ID,
          DlvMethod.LAST_MODIFIED,
          DlvMethod.RECORDED,
          DlvMethod.ATTACHED_TO_EXISTING_PROCESS,
          DlvMethod.GET_VERSION);

  private final Endpoint endpoint;
  private final Map<DlvMethod, RawJson> known = new EnumMap<>(DlvMethod.class);

  ProcessFacts(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Learns the process. Inside a stop. */
  void learn(Exchange exchange) throws Refusal, TargetLost, InterruptedException {
    for (DlvMethod method : ASKED) {
      if (exchange.ask(new DlvRequest(method, JsonObject.EMPTY))
          instanceof TargetReply.Result result) {
        synchronized (known) {
          known.put(method, result.result());
        }
      }
    }
  }

  /** The process was replaced: nothing known of it holds. */
  void forget() {
    synchronized (known) {
      known.clear();
    }
  }

  Optional<RawJson> of(DlvMethod method) {
    synchronized (known) {
      return Optional.ofNullable(known.get(method));
    }
  }

  /**
   * What the binary is known by: its build id, or, as Go before 1.24 writes none, the process and
   * the time the binary was written. Empty while it is not known.
   */
  String build() {
    String id = string(DlvMethod.BUILD_ID, "BuildID");
    if (!id.isEmpty()) {
      return endpoint + " " + id;
    }
    String written = string(DlvMethod.LAST_MODIFIED, "Time");
    Optional<Long> pid =
        of(DlvMethod.PROCESS_PID).map(Answers::treeOrEmpty).flatMap(tree -> tree.integer("Pid"));
    return written.isEmpty() || pid.isEmpty() ? "" : endpoint + " " + pid.get() + " " + written;
  }

  /** {@code TargetGoVersion}, or empty while it is not known. */
  String goVersion() {
    return string(DlvMethod.GET_VERSION, "TargetGoVersion");
  }

  private String string(DlvMethod method, String member) {
    return of(method).map(Answers::treeOrEmpty).flatMap(tree -> tree.string(member)).orElse("");
  }
}
