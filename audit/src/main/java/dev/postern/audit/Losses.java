package dev.postern.audit;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Entries that were given up and are not told of in the log yet. Thread-safe. */
final class Losses {
  private long count;
  private @Nullable Instant first;
  private @Nullable Instant last;

  /**
   * Some that were given up.
   *
   * @param count how many
   * @param from when the first was
   * @param to when the last was
   */
  record Gap(long count, Instant from, Instant to) {
    AuditEvent event(Instant now) {
      return AuditEvent.of(EventType.AUDIT_GAP, now)
          .with(AuditField.COUNT, count)
          .with(AuditField.FROM, from)
          .with(AuditField.TO, to);
    }
  }

  synchronized void add(Instant now) {
    if (count == 0) {
      first = now;
    }
    last = now;
    count++;
  }

  synchronized long count() {
    return count;
  }

  synchronized Optional<Gap> gap() {
    Instant from = first;
    Instant to = last;
    return count == 0 || from == null || to == null
        ? Optional.empty()
        : Optional.of(new Gap(count, from, to));
  }

  /** Takes off what an entry in the log now tells of. */
  synchronized void told(Gap gap) {
    count -= gap.count();
    first = last;
  }
}
