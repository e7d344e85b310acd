package dev.postern.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The outcome of deciding one request. What cannot be decided is a {@link Deny}. */
public sealed interface Decision {
  /** The rules that decided, {@code policy/rule}, sorted. */
  List<String> rules();

  /**
   * Permitted.
   *
   * @param rules the permits used
   * @param scopes what is granted, sorted
   * @param notAfter first instant at which it holds no longer, because a window ends or a policy's
   *     term does; the session's own limits are in {@code limits}
   */
  record Permit(
      List<String> rules,
      List<Scope> scopes,
      Limits limits,
      Obligations obligations,
      Optional<Instant> notAfter)
      implements Decision {
    public Permit {
      rules = List.copyOf(rules);
      scopes = List.copyOf(scopes);
    }
  }

  /**
   * Denied.
   *
   * @param detail for the record and the operator, never for the caller
   * @param rules the forbids that matched, or the permits that came nearest
   */
  record Deny(Reason reason, String detail, List<String> rules) implements Decision {
    public Deny {
      rules = List.copyOf(rules);
    }
  }
}
