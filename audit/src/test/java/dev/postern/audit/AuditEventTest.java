package dev.postern.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class AuditEventTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void eventOfTheLargestInput_fitsAnEntry() throws Exception {
    // a control character takes six bytes in JSON
    String worst = "\u0001".repeat(100_000);
    AuditEvent event = AuditEvent.of(EventType.ADMISSION_DENIED, NOW);
    for (AuditField field : AuditField.values()) {
      if (field == AuditField.TIME || field == AuditField.TYPE) {
        continue;
      }
      event =
          switch (field) {
            case GROUPS, SCOPES, RULES, SHADOW, RESTORED ->
                event.with(field, Collections.nCopies(1000, worst));
            default -> event.with(field, worst);
          };
    }
    byte[] entry = EntryForm.encode(event.toJson());
    assertThat(entry.length).isLessThanOrEqualTo(AuditLog.MAX_ENTRY_BYTES);
    assertThat(EntryForm.decode(entry).string("type")).contains("admission.denied");
  }

  @Test
  void eventThatFits_isKeptWhole() {
    AuditEvent event =
        AuditEvent.of(EventType.ADMISSION_DENIED, NOW)
            .with(AuditField.DETAIL, "x".repeat(AuditEvent.MAX_STRING_BYTES - 3))
            .with(AuditField.SCOPES, Collections.nCopies(64, "dlv/observe"));
    assertThat(event.toJson().string("detail").orElseThrow())
        .hasSize(AuditEvent.MAX_STRING_BYTES - 3);
    assertThat(event.toJson().toString()).doesNotContain("…");
  }
}
