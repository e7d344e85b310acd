package dev.postern.client.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as a person writes them: {@code 90s}, {@code 10m}, {@code 2h}, {@code 500ms}. */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @param option the option it was given to, for the message
   */
  public static Duration parse(String text, String option) throws CommandFailure {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw CommandFailure.usage(
          "%s takes a duration such as 90s, 10m or 2h, and not `%s`".formatted(option, text));
    }
    long count = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }
}
