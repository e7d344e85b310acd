package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Suggestion;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlMapping.Text;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a window. */
final class WindowReader {
  private static final int MINUTES_PER_DAY = 1440;

  private WindowReader() {}

  static Optional<Window> read(YamlMapping yaml, Issues issues) {
    yaml.require("zone");
    Optional<ZoneId> zone = yaml.text("zone").flatMap(text -> zone(text, issues));
    Set<DayOfWeek> days = days(yaml);
    boolean wholeDay = !yaml.has("from") && !yaml.has("to");
    if (!wholeDay) {
      yaml.require("from", "to");
    }
    Optional<Integer> from =
        wholeDay ? Optional.of(0) : yaml.text("from").flatMap(text -> minute(text, issues));
    Optional<Integer> to =
        wholeDay
            ? Optional.of(MINUTES_PER_DAY)
            : yaml.text("to").flatMap(text -> minute(text, issues));
    // "24:00" ends a day; "00:00" as an end is the same instant
    to = to.map(minute -> minute == 0 ? MINUTES_PER_DAY : minute);
    yaml.finish();
    if (zone.isEmpty() || from.isEmpty() || to.isEmpty() || days.isEmpty()) {
      return Optional.empty();
    }
    if (from.get() == MINUTES_PER_DAY || from.get().equals(to.get())) {
      issues.error(
          "P112",
          yaml.placeOf("from"),
          "the window never opens: it ends as it begins; leave both out for whole days");
      return Optional.empty();
    }
    return Optional.of(new Window(zone.get(), days, from.get(), to.get()));
  }

  private static Optional<ZoneId> zone(Text text, Issues issues) {
    Set<String> known = ZoneId.getAvailableZoneIds();
    if (known.contains(text.value())) {
      return Optional.of(ZoneId.of(text.value()));
    }
    issues.add(
        Issue.error("P111", text.place(), "unknown time zone `%s`".formatted(text.value()))
            .suggesting(Suggestion.nearest(text.value(), known))
            .noting("zones are those of the IANA database, such as Europe/Berlin or UTC"));
    return Optional.empty();
  }

  private static Set<DayOfWeek> days(YamlMapping yaml) {
    if (!yaml.has("days")) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    Map<String, DayOfWeek> words = new LinkedHashMap<>();
    for (DayOfWeek day : DayOfWeek.values()) {
      words.put(Window.dayWord(day), day);
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (Text text : yaml.strings("days")) {
      DayOfWeek day = words.get(text.value());
      if (day == null) {
        yaml.unknownWord("P112", "day", text, words.keySet());
      } else {
        days.add(day);
      }
    }
    return days;
  }

  private static Optional<Integer> minute(Text text, Issues issues) {
    if (text.value().matches("([01][0-9]|2[0-3]):[0-5][0-9]|24:00")) {
      int hours = Integer.parseInt(text.value().substring(0, 2));
      return Optional.of(hours * 60 + Integer.parseInt(text.value().substring(3)));
    }
    issues.error(
        "P112",
        text.place(),
        "`%s` is not a time of day such as \"08:00\"".formatted(text.value()));
    return Optional.empty();
  }
}
