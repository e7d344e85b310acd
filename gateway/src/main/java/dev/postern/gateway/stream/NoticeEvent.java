package dev.postern.gateway.stream;

/**
 * Something the person at the client should know.
 *
 * @param reason a reason code, or empty
 * @param text one line for a person
 * @param scope the missing scope, or empty
 */
public record NoticeEvent(Kind kind, String reason, String text, String scope) {
  /** What it is about; the names are those of {@code postern.v1.Notice.Kind}. */
  public enum Kind {
    DENIED,
    HALT_BUDGET,
    EXPIRING,
    OBSERVERS,
    ENDING,
    RENEWED,
    INFO
  }

  public static NoticeEvent info(String text) {
    return new NoticeEvent(Kind.INFO, "", text, "");
  }
}
