package dev.postern.config;

import dev.postern.policy.source.Issues;
import dev.postern.policy.source.YamlMapping;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads fields that name files: relative to a folder, absolute once read. */
final class FilePaths {
  private final Issues issues;

  FilePaths(Issues issues) {
    this.issues = issues;
  }

  Optional<Path> one(YamlMapping section, String key, Path base) {
    return section.text(key).flatMap(text -> resolve(base, text));
  }

  List<Path> all(YamlMapping section, String key, Path base) {
    return section.strings(key).stream().flatMap(text -> resolve(base, text).stream()).toList();
  }

  /** The file a text names; a text that can be none is an issue at its place. */
  Optional<Path> resolve(Path base, YamlMapping.Text text) {
    return resolve(base, text, text.value());
  }

  /** The same where only a part of the text names it. */
  Optional<Path> resolve(Path base, YamlMapping.Text text, String name) {
    try {
      if (!name.isEmpty()) {
        return Optional.of(base.resolve(name).normalize());
      }
      issues.error("C015", text.place(), "an empty text names no file");
    } catch (InvalidPathException e) {
      issues.error("C015", text.place(), "this names no file: " + e.getReason());
    }
    return Optional.empty();
  }
}
