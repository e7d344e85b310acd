package dev.postern.policy.source;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A file's path, as a person should see it, and its bytes. Nothing about it has been checked. */
public final class SourceFile {
  private final String path;
  private final byte[] bytes;

  private SourceFile(String path, byte[] bytes) {
    this.path = path;
    this.bytes = bytes;
  }

  /** A file of these bytes; they are copied. */
  public static SourceFile copyOf(String path, byte[] bytes) {
    return new SourceFile(path, bytes.clone());
  }

  /** A file of this text, as UTF-8. */
  public static SourceFile ofText(String path, String text) {
    return new SourceFile(path, text.getBytes(UTF_8));
  }

  public String path() {
    return path;
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  public int size() {
    return bytes.length;
  }

  /** The bytes themselves, for this package only to read. */
  byte[] sharedBytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return path + " (" + bytes.length + " bytes)";
  }
}
