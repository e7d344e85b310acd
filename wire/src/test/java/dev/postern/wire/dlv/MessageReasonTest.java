package dev.postern.wire.dlv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MessageReasonTest {
  @Test
  void everyReason_isDocumented() throws IOException {
    String documented = Files.readString(Path.of("..", "docs", "reason-codes.md"));
    for (MessageReason reason : MessageReason.values()) {
      assertThat(documented).contains("| `" + reason + "`");
    }
  }
}
