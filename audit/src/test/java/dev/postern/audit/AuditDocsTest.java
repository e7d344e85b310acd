package dev.postern.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class AuditDocsTest {
  @Test
  void docs_haveEveryFieldWithItsClass_andEveryType() throws Exception {
    String docs = Files.readString(Path.of("../docs/audit.md"));
    for (AuditField field : AuditField.values()) {
      assertThat(docs)
          .contains(
              "| `%s` | %s |"
                  .formatted(field.key(), field.sensitivity().name().toLowerCase(Locale.ROOT)));
    }
    assertThat(docs.lines().filter(line -> line.contains("*/") || line.contains("{@"))).isEmpty();
    for (EventType type : EventType.values()) {
      assertThat(docs).contains("| `" + type.key() + "` |");
    }
  }
}
