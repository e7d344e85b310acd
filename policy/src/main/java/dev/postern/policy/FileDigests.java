package dev.postern.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.policy.source.SourceFile;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** SHA-256 of each file, and of all of them as a set. */
final class FileDigests {
  private final TreeMap<String, String> byPath = new TreeMap<>();

  private FileDigests() {}

  static FileDigests of(List<SourceFile> files) {
    var digests = new FileDigests();
    files.forEach(file -> digests.byPath.put(file.path(), sha256(file.bytes())));
    return digests;
  }

  /** By path, hex. */
  Map<String, String> byPath() {
    return byPath;
  }

  /** Over the sorted digests of the contents: moving the folder elsewhere does not change it. */
  String set() {
    return sha256(String.join("\n", byPath.values().stream().sorted().toList()).getBytes(UTF_8));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      // every Java platform has SHA-256
      throw new IllegalStateException(e);
    }
  }
}
