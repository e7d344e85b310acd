package dev.postern.client.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads what a person named on the command line: a file, or standard input as {@code -}. */
public final class Inputs {
  private Inputs() {}

  /**
   * Reads a file, or standard input if {@code name} is {@code -}.
   *
   * @param what names the content in messages, such as {@code the token file}
   * @throws CommandFailure with status 5 if it cannot be read or is longer than {@code limitBytes}
   */
  public static byte[] read(String name, String what, int limitBytes, Surroundings around)
      throws CommandFailure {
    try {
      if (name.equals("-")) {
        return bounded(around.in(), name, what, limitBytes);
      }
      try (InputStream file = Files.newInputStream(Path.of(name))) {
        return bounded(file, name, what, limitBytes);
      }
    } catch (IOException e) {
      throw CommandFailure.input(cannotRead(what, name, e));
    }
  }

  /** As {@link #read}, as UTF-8 text without surrounding white space. */
  public static String readText(String name, String what, int limitBytes, Surroundings around)
      throws CommandFailure {
    return new String(read(name, what, limitBytes, around), StandardCharsets.UTF_8).strip();
  }

  /** Says in plain words why a file could not be read. */
  public static String cannotRead(String what, String name, IOException e) {
    String why =
        switch (e) {
          case NoSuchFileException gone -> "there is no such file";
          case AccessDeniedException denied -> "you may not read it";
          default -> String.valueOf(e.getMessage());
        };
    return "cannot read " + what + " `" + name + "`: " + why;
  }

  private static byte[] bounded(InputStream from, String name, String what, int limitBytes)
      throws IOException, CommandFailure {
    byte[] bytes = from.readNBytes(limitBytes + 1);
    if (bytes.length > limitBytes) {
      throw CommandFailure.input(
          "%s `%s` is longer than %d bytes".formatted(what, name, limitBytes));
    }
    return bytes;
  }
}
