package dev.postern.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.audit.AuditEvent;
import dev.postern.audit.AuditField;
import dev.postern.audit.AuditLog;
import dev.postern.audit.EventType;
import dev.postern.audit.recording.RecordedMessage;
import dev.postern.audit.recording.Recording;
import dev.postern.audit.recording.RecordingFailed;
import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.MessageEvent;
import dev.postern.gateway.stream.MessageSink;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is kept of one session: denied and weighty messages in the audit log, all of them in the
 * recording if policy obliges.
 *
 * <p>The first {@link #MAX_ENTRIES} of either have an audit entry each, those beyond are counted
 * and the count is written at the session's end, so that no client fills the disk.
 */
final class SessionRecord {
  static final int MAX_ENTRIES = 2000;

  private final SessionRow row;
  private final SessionTerms.Kept kept;
  private final Optional<Recording> recording;
  private final AuditLog audit;
  private final InstantSource clock;
  private final AtomicLong denials = new AtomicLong();
  private final AtomicLong passes = new AtomicLong();

  SessionRecord(
      SessionTerms terms, Optional<Recording> recording, AuditLog audit, InstantSource clock) {
    this.row = terms.row();
    this.kept = terms.record();
    this.recording = recording;
    this.audit = audit;
    this.clock = clock;
  }

  /** Where the messages of one connection go. */
  MessageSink sinkOf(int number, SessionConnection connection) {
    return new MessageSink() {
      @Override
      public void message(MessageEvent event) {
        SessionRecord.this.message(event, number, connection);
      }

      @Override
      public void haltOverran(Duration took, Duration allowed) {
        audit.appendEventually(
            about(EventType.HALT_OVERRUN)
                .with(AuditField.HALTED_MS, took.toMillis())
                .with(AuditField.LIMITS, "singleHalt " + allowed.toMillis() + "ms"));
      }

      @Override
      public void leftTarget(boolean done, String what) {
        audit.appendEventually(
            about(EventType.TARGET_RESTORED)
                .with(AuditField.CONNECTION, number)
                .with(
                    AuditField.REASON,
                    done ? Optional.<String>empty() : Optional.of("TARGET_UNREACHABLE"))
                .with(AuditField.DETAIL, done ? what : "not yet, to be tried again: " + what));
      }
    };
  }

  private void message(MessageEvent event, int number, SessionConnection connection) {
    if (recording.isPresent()) {
      try {
        recording.get().add(recorded(event, number));
      } catch (RecordingFailed e) {
        connection.end(EndReason.SESSION_RECORDING_FAILED, "" + e.getMessage());
      }
    }
    boolean denied =
        event.action() == MessageEvent.Action.DENIED || event.action() == MessageEvent.Action.ENDED;
    AtomicLong counted = denied ? denials : passes;
    if ((denied || weighty(event)) && counted.incrementAndGet() <= MAX_ENTRIES) {
      audit.appendEventually(
          about(denied ? EventType.MESSAGE_DENIED : EventType.MESSAGE_PASSED)
              .with(AuditField.CONNECTION, number)
              .with(AuditField.METHOD, event.method())
              .with(AuditField.ACTION, event.action().name().toLowerCase(java.util.Locale.ROOT))
              .with(AuditField.REASON, present(event.reason()))
              .with(AuditField.SCOPE, present(event.scope())));
    }
  }

  /** Needed more than to observe, and passed: it read data, moved the target or changed it. */
  private static boolean weighty(MessageEvent event) {
    String scope = event.scope();
    return event.direction() == MessageEvent.Direction.CLIENT
        && !scope.isEmpty()
        && !scope.endsWith("/observe");
  }

  private RecordedMessage recorded(MessageEvent event, int number) {
    boolean full = kept == SessionTerms.Kept.FULL;
    return new RecordedMessage(
        clock.instant(),
        number,
        event.direction() == MessageEvent.Direction.CLIENT
            ? RecordedMessage.Direction.FROM_CLIENT
            : RecordedMessage.Direction.FROM_TARGET,
        event.action().name().toLowerCase(java.util.Locale.ROOT),
        event.method(),
        event.reason(),
        event.sizeBytes(),
        full
            ? Optional.of(new RecordedMessage.Content(event.text().getBytes(UTF_8)))
            : Optional.empty());
  }

  void connectionEnded(SessionConnection connection, EndReason why, String detail) {
    audit.appendEventually(
        about(EventType.CONNECTION_ENDED)
            .with(AuditField.CONNECTION, connection.number())
            .with(AuditField.REASON, why.name())
            .with(AuditField.DETAIL, present(detail))
            .with(AuditField.BYTES_IN, connection.bytesIn())
            .with(AuditField.BYTES_OUT, connection.bytesOut()));
  }

  /** The session is over: its last entries, and the recording's hash. */
  void ended(EndReason why, String detail, long bytesMoved, long elapsedMs) {
    summedUp(EventType.MESSAGES_DENIED, denials);
    summedUp(EventType.MESSAGES_PASSED, passes);
    AuditEvent event =
        about(EventType.SESSION_ENDED)
            .with(AuditField.REASON, why.name())
            .with(AuditField.DETAIL, present(detail))
            .with(AuditField.BYTES_OUT, bytesMoved)
            .with(AuditField.ELAPSED_MS, elapsedMs);
    if (recording.isPresent()) {
      try (Recording open = recording.get()) {
        Recording.Summary summary = open.finish();
        event =
            event
                .with(AuditField.RECORDING, summary.file())
                .with(AuditField.RECORDING_SHA256, summary.hash().hex())
                .with(AuditField.RECORDING_MESSAGES, summary.messages());
      } catch (RecordingFailed e) {
        event = event.with(AuditField.RECORDING, "failed: " + e.getMessage());
      }
    }
    audit.appendEventually(event);
  }

  private void summedUp(EventType type, AtomicLong messages) {
    long more = messages.get() - MAX_ENTRIES;
    if (more > 0) {
      audit.appendEventually(about(type).with(AuditField.COUNT, more));
    }
  }

  /** The session never came to be: lets go of its recording. */
  void discarded() {
    recording.ifPresent(Recording::close);
  }

  /** An event of this session with what names it. */
  AuditEvent about(EventType type) {
    return AuditEvent.of(type, clock.instant())
        .with(AuditField.SESSION, row.id())
        .with(AuditField.DECISION, row.decision())
        .with(AuditField.SUBJECT, row.subject())
        .with(AuditField.DEBUGGER, row.debugger())
        .with(AuditField.TARGET, row.target())
        .with(AuditField.TOOL, row.tool());
  }

  private static Optional<String> present(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
