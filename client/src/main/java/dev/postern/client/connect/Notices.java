package dev.postern.client.connect;

import dev.postern.client.command.Surroundings;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.Limits;
import dev.postern.proto.v1.Notice;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells the person on stderr what the gateway has to say, each thing once. Safe for use by many
 * threads.
 */
final class Notices {
  /** Beyond this many different notices, repeated ones are told again rather than remembered. */
  private static final int MAX_REMEMBERED = 1000;

  private static final DateTimeFormatter CLOCK_TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final Surroundings around;
  private final Set<String> told = new HashSet<>(); // guarded by this

  Notices(Surroundings around) {
    this.around = around;
  }

  void admitted(Admitted admitted) {
    if (admitted.getSimulated()) {
      once("SIMULATED attestation: no TEE vouches for this session");
    }
    around.say(
        "admitted to %s with %s as %s, session %s, decision %s, until %s"
            .formatted(
                printable(admitted.getTarget()),
                String.join(" ", admitted.getScopesList()),
                printable(admitted.getSubject()),
                printable(admitted.getSessionId()),
                printable(admitted.getDecisionId()),
                clockTime(admitted)));
    if (admitted.getTargetRuns()) {
      once(
          "the target runs on: the debugger shows it stopped, and reads are served from short halts"
              + limits(admitted.getLimits()));
    }
  }

  void notice(Notice notice) {
    var text = new StringBuilder();
    text.append(
        switch (notice.getKind()) {
          case KIND_DENIED -> "denied";
          case KIND_HALT_BUDGET -> "halt budget";
          case KIND_EXPIRING -> "expiring";
          case KIND_OBSERVERS -> "observers";
          case KIND_ENDING -> "ending";
          case KIND_RENEWED -> "renewed";
          case KIND_INFO, KIND_UNSPECIFIED, UNRECOGNIZED -> "gateway";
        });
    if (!notice.getReason().isEmpty()) {
      text.append(' ').append(notice.getReason());
    }
    if (!notice.getText().isEmpty()) {
      text.append(": ").append(notice.getText());
    }
    if (!notice.getScope().isEmpty() && !notice.getText().contains(notice.getScope())) {
      text.append(" (needs ").append(notice.getScope()).append(')');
    }
    once(printable(text.toString()));
  }

  /** Tells a sentence unless it has been told before. */
  void once(String sentence) {
    synchronized (this) {
      if (told.size() < MAX_REMEMBERED && !told.add(sentence)) {
        return;
      }
    }
    around.say(sentence);
  }

  private static String clockTime(Admitted admitted) {
    return Instant.ofEpochSecond(admitted.getExpiresAt().getSeconds())
        .atZone(ZoneId.systemDefault())
        .format(CLOCK_TIME);
  }

  private static String limits(Limits limits) {
    List<String> parts = new ArrayList<>();
    if (limits.hasSingleHalt()) {
      parts.add("each at most " + text(limits.getSingleHalt()));
    }
    if (limits.hasHaltBudget()) {
      parts.add(text(limits.getHaltBudget()) + " in 10 minutes");
    }
    return parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")";
  }

  private static String text(com.google.protobuf.Duration duration) {
    Duration exact = Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    return exact.toMillis() % 1000 == 0 ? exact.toSeconds() + " s" : exact.toMillis() + " ms";
  }

  /** Text from outside, without what could steer a terminal. */
  private static String printable(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
