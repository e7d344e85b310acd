package dev.postern.policy;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.SourceFile;
import dev.postern.policy.source.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds and reads policy files: those named, and {@code *.yaml} and {@code *.yml} in folders,
 * however deep, but not below names that begin with a dot.
 */
public final class PolicyFiles {
  /** The digests that a folder's files must have, if it is there. */
  public static final String MANIFEST = "manifest.json";

  private static final int MAX_FILES = 100_000;
  private static final long MAX_TOTAL_BYTES = 512L << 20;

  private PolicyFiles() {}

  /** What was found: files, and the folders' manifests. */
  record Found(List<Path> files, List<Path> manifestFolders) {}

  /** Reads all of it; what cannot be read, or is not as a manifest says, is an issue. */
  public static List<SourceFile> read(List<Path> paths, Issues issues) {
    Found found = find(paths, issues);
    var files = new TreeMap<String, SourceFile>();
    long total = 0;
    for (Path path : found.files()) {
      // one byte more than is taken shows that the file is too large
      try (InputStream in = Files.newInputStream(path)) {
        byte[] bytes = in.readNBytes(YamlReader.MAX_BYTES + 1);
        total += bytes.length;
        if (total > MAX_TOTAL_BYTES) {
          issues.error("P002", Place.ofFile(path.toString()), "more than 512 MiB of policies");
          break;
        }
        files.put(path.toString(), SourceFile.copyOf(path.toString(), bytes));
      } catch (IOException e) {
        issues.error("P001", Place.ofFile(path.toString()), "cannot be read: " + cause(e));
      }
    }
    found.manifestFolders().forEach(folder -> check(folder, files, issues));
    return List.copyOf(files.values());
  }

  /** Lists files and manifests, sorted. */
  static Found find(List<Path> paths, Issues issues) {
    var files = new TreeSet<Path>();
    var manifests = new TreeSet<Path>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        issues.error("P001", Place.ofFile(path.toString()), "no such file or folder");
        continue;
      }
      if (!Files.isDirectory(path)) {
        files.add(path);
        continue;
      }
      try (Stream<Path> walk = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
        walk.filter(file -> !hidden(path.relativize(file)))
            .filter(Files::isRegularFile)
            .forEach(
                file -> {
                  String name = file.getFileName().toString();
                  if (name.endsWith(".yaml") || name.endsWith(".yml")) {
                    files.add(file);
                  }
                });
      } catch (IOException e) {
        issues.error("P001", Place.ofFile(path.toString()), "cannot be read: " + cause(e));
      } catch (UncheckedIOException e) {
        issues.error(
            "P001",
            Place.ofFile(path.toString()),
            "cannot be read: links form a loop, or a folder is closed");
      }
      if (Files.exists(path.resolve(MANIFEST))) {
        manifests.add(path);
      }
      if (files.size() > MAX_FILES) {
        issues.error("P002", Place.ofFile(path.toString()), "more than 100000 policy files");
        break;
      }
    }
    return new Found(List.copyOf(files), List.copyOf(manifests));
  }

  private static boolean hidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static String cause(IOException e) {
    return switch (e) {
      case NoSuchFileException gone -> "it vanished";
      case AccessDeniedException denied -> "permission denied";
      case FileSystemLoopException loop -> "links form a loop";
      default -> e.getClass().getSimpleName();
    };
  }

  private static void check(Path folder, Map<String, SourceFile> files, Issues issues) {
    Path manifest = folder.resolve(MANIFEST);
    Place place = Place.ofFile(manifest.toString());
    Map<String, String> wanted = new TreeMap<>();
    try {
      JsonObject json = JsonReader.readObject(Files.readAllBytes(manifest), JsonLimits.DOCUMENT);
      JsonArray entries = json.array("files").orElse(JsonArray.EMPTY);
      for (JsonValue entry : entries.elements()) {
        if (entry instanceof JsonObject file
            && file.string("path").isPresent()
            && file.string("sha256").isPresent()) {
          wanted.put(file.string("path").get(), file.string("sha256").get());
        } else {
          issues.error("P122", place, "an entry of `files` lacks `path` or `sha256`");
        }
      }
    } catch (IOException e) {
      issues.error("P122", place, "cannot be read: " + cause(e));
      return;
    } catch (JsonException e) {
      issues.error("P122", place, "not JSON: " + e.getMessage());
      return;
    }
    for (SourceFile file : files.values()) {
      Path path = Path.of(file.path());
      if (!path.startsWith(folder)) {
        continue;
      }
      String relative = folder.relativize(path).toString().replace('\\', '/');
      String digest = wanted.remove(relative);
      if (digest == null) {
        issues.error("P122", Place.ofFile(file.path()), "not in " + manifest);
      } else if (!digest.equals(FileDigests.sha256(file.bytes()))) {
        issues.error("P122", Place.ofFile(file.path()), "not as " + manifest + " says");
      }
    }
    wanted
        .keySet()
        .forEach(
            path -> issues.error("P122", place, "`%s` is missing in %s".formatted(path, folder)));
  }

  /** What tells, without reading a file, that something may have changed. */
  static String fingerprint(List<Path> paths) {
    var ignored = new Issues();
    Found found = find(paths, ignored);
    var out = new StringBuilder();
    var all = new ArrayList<>(found.files());
    found.manifestFolders().forEach(folder -> all.add(folder.resolve(MANIFEST)));
    for (Path path : all) {
      out.append(path);
      try {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        out.append(' ').append(attributes.size());
        out.append(' ').append(attributes.lastModifiedTime());
        out.append(' ').append(attributes.fileKey());
      } catch (IOException e) {
        out.append(" unreadable");
      }
      out.append('\n');
    }
    return out.toString();
  }

  /** Whether git is at work in a repository that a path lies in. */
  static boolean gitAtWork(List<Path> paths) {
    for (Path path : paths) {
      for (Path up = path.toAbsolutePath().normalize(); up != null; up = up.getParent()) {
        if (Files.exists(up.resolve(".git").resolve("index.lock"), LinkOption.NOFOLLOW_LINKS)) {
          return true;
        }
      }
    }
    return false;
  }
}
