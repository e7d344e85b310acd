package dev.postern.gateway.state;

import java.time.Instant;
import java.util.Optional;

/**
 * A lock: who or what is kept out.
 *
 * @param id names it for removal
 * @param kind what the value is
 * @param value the subject, the key's thumbprint, or the target's name, compared whole
 * @param reason why, in the administrator's words
 * @param actor who set it
 * @param createdAt when
 * @param expiresAt when it ends by itself (exclusive); empty: when it is removed
 */
public record Lock(
    String id,
    Kind kind,
    String value,
    String reason,
    String actor,
    Instant createdAt,
    Optional<Instant> expiresAt) {
  public Lock {
    createdAt = Instant.ofEpochMilli(createdAt.toEpochMilli());
    expiresAt = expiresAt.map(time -> Instant.ofEpochMilli(time.toEpochMilli()));
  }

  /** What a lock is on. */
  public enum Kind {
    SUBJECT,
    KEY,
    TARGET
  }

  /** Whether it holds for a session of this subject and key on this target. */
  public boolean holdsFor(String subject, String thumbprint, String target) {
    return value.equals(
        switch (kind) {
          case SUBJECT -> subject;
          case KEY -> thumbprint;
          case TARGET -> target;
        });
  }

  /** Whether it holds at this time; at {@code expiresAt} it no longer does. */
  public boolean holdsAt(Instant now) {
    return expiresAt.map(now::isBefore).orElse(true);
  }
}
