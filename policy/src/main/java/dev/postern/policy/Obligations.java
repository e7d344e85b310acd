package dev.postern.policy;

import java.util.List;

/**
 * What a session must do besides, over all permits used.
 *
 * @param record how much is recorded; the most that any asks for
 * @param redact RE2 patterns over values that leave the target; the union, sorted
 * @param goroutines filters that each must let a goroutine through; all of them, sorted
 * @param observers people who must be watching; the most that any asks for
 */
public record Obligations(
    Recording record, List<String> redact, List<String> goroutines, int observers) {
  /** Nothing. */
  public static final Obligations NONE = new Obligations(Recording.NONE, List.of(), List.of(), 0);

  /** How much of a session is recorded; later constants ask for more. */
  public enum Recording {
    NONE,
    METADATA,
    FULL;

    /** As written in policies; {@code none} is the absence of the field. */
    public String word() {
      return switch (this) {
        case NONE -> "none";
        case METADATA -> "metadata";
        case FULL -> "full";
      };
    }
  }

  public Obligations {
    redact = List.copyOf(redact);
    goroutines = List.copyOf(goroutines);
  }
}
