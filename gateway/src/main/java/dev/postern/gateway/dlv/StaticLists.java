package dev.postern.gateway.dlv;

import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Answers that depend on the binary alone (functions, types, sources), kept per build id so that
 * connecting does not stop the process again. Bounded; the least used goes first. Safe for many
 * threads.
 */
final class StaticLists {
  static final long MAX_BYTES = 64L * 1024 * 1024;
  private static final int MAX_ONE_BYTES = 16 * 1024 * 1024;

  private record Key(String build, DlvRequest request) {}

  private final Map<Key, RawJson> answers = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  synchronized Optional<RawJson> get(String build, DlvRequest request) {
    return Optional.ofNullable(answers.get(new Key(build, request)));
  }

  synchronized void put(String build, DlvRequest request, RawJson answer) {
    if (build.isEmpty() || answer.length() > MAX_ONE_BYTES) {
      return;
    }
    RawJson before = answers.put(new Key(build, request), answer);
    bytes += answer.length() - (before == null ? 0 : before.length());
    var oldest = answers.entrySet().iterator();
    while (bytes > MAX_BYTES && oldest.hasNext()) {
      bytes -= oldest.next().getValue().length();
      oldest.remove();
    }
  }
}
