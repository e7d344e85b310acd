package dev.postern.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Hours of some days of the week, in a zone.
 *
 * <p>Each day's window runs from one instant to another, the end exclusive. On the day clocks go
 * forward a bound inside the skipped hour is the instant of the change; on the day they go back a
 * bound inside the repeated hour is the first time it is shown. {@code toMinute <= fromMinute} is a
 * window that ends on the next day.
 *
 * @param days on which it begins
 * @param fromMinute minutes after midnight, 0 to 1439
 * @param toMinute minutes after midnight, 1 to 1440
 */
public record Window(ZoneId zone, Set<DayOfWeek> days, int fromMinute, int toMinute) {
  private static final int MINUTES_PER_DAY = 1440;
  private static final int DAYS_AHEAD = 9;
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ENGLISH);

  public Window {
    days = Set.copyOf(days);
    if (fromMinute < 0
        || fromMinute >= MINUTES_PER_DAY
        || toMinute < 1
        || toMinute > MINUTES_PER_DAY
        || fromMinute == toMinute
        || days.isEmpty()) {
      throw new IllegalArgumentException("not a window");
    }
  }

  /** Whether the instant is inside; the beginning is, the end is not. */
  public boolean contains(Instant now) {
    return endOfSpan(now).isPresent();
  }

  /**
   * First instant after {@code now} at which it is closed; empty if it is closed now or never
   * closes.
   */
  public Optional<Instant> end(Instant now) {
    Optional<Instant> end = endOfSpan(now);
    // windows that touch are one: a week of whole days never ends
    for (int i = 0; end.isPresent() && i < DAYS_AHEAD; i++) {
      Optional<Instant> further = endOfSpan(end.get());
      if (further.isEmpty()) {
        return end;
      }
      end = further;
    }
    return Optional.empty();
  }

  /** First instant from {@code now} on at which it is open. */
  public Instant nextOpen(Instant now) {
    if (contains(now)) {
      return now;
    }
    LocalDate today = now.atZone(zone).toLocalDate();
    for (int i = 0; i < DAYS_AHEAD; i++) {
      LocalDate day = today.plusDays(i);
      if (days.contains(day.getDayOfWeek())) {
        Instant start = at(day, fromMinute);
        if (start.isAfter(now) && start.isBefore(endFrom(day))) {
          return start;
        }
      }
    }
    // every span of the days ahead is swallowed by a change of clocks
    return now.plus(DAYS_AHEAD, ChronoUnit.DAYS);
  }

  /** The instant as people in the zone say it. */
  String localTime(Instant now) {
    return LOCAL.format(now.atZone(zone)) + " " + zone;
  }

  private Optional<Instant> endOfSpan(Instant now) {
    LocalDate today = now.atZone(zone).toLocalDate();
    for (int back = 0; back <= 1; back++) {
      LocalDate day = today.minusDays(back);
      if (days.contains(day.getDayOfWeek())) {
        Instant end = endFrom(day);
        if (!now.isBefore(at(day, fromMinute)) && now.isBefore(end)) {
          return Optional.of(end);
        }
      }
    }
    return Optional.empty();
  }

  private Instant endFrom(LocalDate day) {
    return at(toMinute > fromMinute ? day : day.plusDays(1), toMinute);
  }

  private Instant at(LocalDate day, int minute) {
    LocalDateTime local = day.atStartOfDay().plusMinutes(minute);
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    if (change != null && change.isGap()) {
      return change.getInstant();
    }
    return local.toInstant(
        change == null ? zone.getRules().getOffset(local) : change.getOffsetBefore());
  }

  @Override
  public String toString() {
    var names = new TreeSet<>(days).stream().map(Window::dayWord).toList();
    return "%s %02d:%02d-%02d:%02d %s"
        .formatted(
            String.join(",", names),
            fromMinute / 60,
            fromMinute % 60,
            toMinute / 60,
            toMinute % 60,
            zone);
  }

  /** As written in policies: {@code mon}. */
  static String dayWord(DayOfWeek day) {
    return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
  }
}
