package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Set<DayOfWeek> ALL = EnumSet.allOf(DayOfWeek.class);

  private static Instant at(String text) {
    return Instant.parse(text);
  }

  @Test
  void contains_beginningIsInsideAndEndIsNot() {
    var window = new Window(BERLIN, ALL, 8 * 60, 20 * 60);

    assertThat(window.contains(at("2026-11-23T06:59:59.999Z"))).isFalse();
    assertThat(window.contains(at("2026-11-23T07:00:00Z"))).isTrue();
    assertThat(window.contains(at("2026-11-23T18:59:59.999Z"))).isTrue();
    assertThat(window.contains(at("2026-11-23T19:00:00Z"))).isFalse();
  }

  @Test
  void end_dayClocksGoForward_isInLocalTime() {
    // 2026-03-29: 02:00 CET becomes 03:00 CEST
    var window = new Window(BERLIN, ALL, 60, 8 * 60);

    assertThat(window.end(at("2026-03-29T00:30:00Z"))).contains(at("2026-03-29T06:00:00Z"));
  }

  @Test
  void bounds_insideTheSkippedHour_areTheInstantOfTheChange() {
    var ends = new Window(BERLIN, ALL, 60, 2 * 60 + 30);
    var begins = new Window(BERLIN, ALL, 2 * 60 + 30, 8 * 60);

    assertThat(ends.end(at("2026-03-29T00:30:00Z"))).contains(at("2026-03-29T01:00:00Z"));
    assertThat(ends.contains(at("2026-03-29T01:00:00Z"))).isFalse();
    assertThat(begins.contains(at("2026-03-29T00:59:59Z"))).isFalse();
    assertThat(begins.contains(at("2026-03-29T01:00:00Z"))).isTrue();
  }

  @Test
  void bounds_insideTheRepeatedHour_areTheFirstTimeItIsShown() {
    // 2026-10-25: 03:00 CEST becomes 02:00 CET
    var ends = new Window(BERLIN, ALL, 60, 2 * 60 + 30);

    assertThat(ends.end(at("2026-10-24T23:30:00Z"))).contains(at("2026-10-25T00:30:00Z"));
    // 02:15 the second time is after the end, not inside again
    assertThat(ends.contains(at("2026-10-25T01:15:00Z"))).isFalse();
  }

  @Test
  void window_overMidnight_belongsToTheDayItBeginsOn() {
    var window = new Window(BERLIN, Set.of(DayOfWeek.MONDAY), 22 * 60, 6 * 60);

    assertThat(window.contains(at("2026-11-23T21:30:00Z"))).isTrue();
    assertThat(window.contains(at("2026-11-24T04:30:00Z"))).isTrue();
    assertThat(window.contains(at("2026-11-23T04:30:00Z"))).isFalse();
    assertThat(window.end(at("2026-11-23T21:30:00Z"))).contains(at("2026-11-24T05:00:00Z"));
  }

  @Test
  void end_wholeDays_runOnUntilADayIsMissing() {
    var workdays = new Window(BERLIN, EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY), 0, 1440);
    var always = new Window(BERLIN, ALL, 0, 1440);

    assertThat(workdays.end(at("2026-11-23T12:00:00Z"))).contains(at("2026-11-27T23:00:00Z"));
    assertThat(always.end(at("2026-11-23T12:00:00Z"))).isEmpty();
  }

  @Test
  void nextOpen_closedNow_isTheNextBeginning() {
    var window = new Window(BERLIN, Set.of(DayOfWeek.MONDAY), 8 * 60, 20 * 60);

    assertThat(window.nextOpen(at("2026-11-23T19:00:00Z"))).isEqualTo(at("2026-11-30T07:00:00Z"));
  }
}
