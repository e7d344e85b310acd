package dev.postern.json;

/**
 * Bounds on one JSON text, checked before the work they bound.
 *
 * @param bytes longest text, in bytes
 * @param depth deepest nesting; a top-level object is depth 1
 * @param members most members in one object
 * @param elements most elements in one array
 * @param stringBytes longest string, in bytes of its encoded form
 * @param numberDigits longest number, in characters
 * @param asciiNames whether member names must be ASCII
 */
public record JsonLimits(
    int bytes,
    int depth,
    int members,
    int elements,
    int stringBytes,
    int numberDigits,
    boolean asciiNames) {
  /** Tokens, Attestation Results and their headers. */
  public static final JsonLimits TOKEN =
      new JsonLimits(64 * 1024, 16, 256, 1024, 64 * 1024, 24, false);

  /** One message of a caller's debug client. */
  public static final JsonLimits CLIENT_MESSAGE =
      new JsonLimits(1024 * 1024, 32, 64, 1024, 1024 * 1024, 32, true);

  /** One answer of a debugger: large, but no deeper than its types. */
  public static final JsonLimits TARGET_MESSAGE =
      new JsonLimits(32 * 1024 * 1024, 64, 4096, 1_000_000, 32 * 1024 * 1024, 400, false);

  /** Our own files: audit entries, key sets, results. */
  public static final JsonLimits DOCUMENT =
      new JsonLimits(4 * 1024 * 1024, 32, 4096, 100_000, 1024 * 1024, 64, false);

  public JsonLimits {
    if (bytes < 1
        || depth < 1
        || members < 1
        || elements < 1
        || stringBytes < 1
        || numberDigits < 1) {
      throw new IllegalArgumentException("every bound is at least 1");
    }
  }
}
