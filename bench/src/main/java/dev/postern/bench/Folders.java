package dev.postern.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** Folders that a measurement makes and takes away again. */
final class Folders {
  private Folders() {}

  static void delete(Path folder) throws IOException {
    List<Path> content;
    try (var walked = Files.walk(folder)) {
      content = walked.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : content) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
