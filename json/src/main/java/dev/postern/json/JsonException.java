package dev.postern.json;

/** Why a text is not JSON that Postern takes. Carries a place and a kind, never the text itself. */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The kind of fault; callers map it to their reason codes. */
  public enum Kind {
    /** Not JSON: grammar, bad UTF-8, a lone surrogate, trailing text, a byte order mark. */
    SYNTAX,
    /** The same member name twice in one object, after unescaping. */
    DUPLICATE,
    /** A bound of {@link JsonLimits} was passed. */
    LIMIT
  }

  private final Kind kind;
  private final int offset;

  JsonException(Kind kind, int offset, String message) {
    super(message + " at byte " + offset, null, false, false);
    this.kind = kind;
    this.offset = offset;
  }

  public Kind kind() {
    return kind;
  }

  /** Offset into the text, in bytes from 0. */
  public int offset() {
    return offset;
  }
}
