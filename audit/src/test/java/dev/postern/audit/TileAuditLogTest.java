package dev.postern.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.audit.tlog.NoteSigner;
import dev.postern.json.JsonValue.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TileAuditLogTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final NoteSigner SIGNER =
      NoteSigner.parse("postern.example/audit", NoteSigner.generatePem());

  @TempDir Path folder;

  private TileAuditLog open() throws Exception {
    return TileAuditLog.open(folder, SIGNER, InstantSource.fixed(NOW));
  }

  static JsonObject event(int i) {
    return AuditEvent.of(EventType.ADMISSION_DENIED, NOW)
        .with(AuditField.SUBJECT, "https://sts.example#user" + i % 7)
        .with(AuditField.COUNT, i)
        .toJson();
  }

  @Test
  void append_returnsIndexesInOrder_alsoAfterReopening() throws Exception {
    try (var log = open()) {
      for (int i = 0; i < 5; i++) {
        assertThat(log.append(event(i))).isEqualTo(i);
      }
    }
    try (var log = open()) {
      assertThat(log.append(event(5))).isEqualTo(5);
      log.flush();
      assertThat(log.status().published()).isEqualTo(6);
      assertThat(log.status().healthy()).isTrue();
    }
  }

  @Test
  void manyAtOnce_eachHasItsOwnIndex() throws Exception {
    try (var log = open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var indexes = new ArrayList<Future<Long>>();
      for (int i = 0; i < 3000; i++) {
        JsonObject event = event(i);
        indexes.add(threads.submit(() -> log.append(event)));
      }
      var seen = new ArrayList<Long>();
      for (Future<Long> index : indexes) {
        seen.add(index.get());
      }
      assertThat(seen).doesNotHaveDuplicates().hasSize(3000);
    }
    assertThat(folder.resolve("tile/1/000.p/11")).exists();
    assertThat(folder.resolve("tile/entries/010")).exists();
    assertThat(folder.resolve("tile/0/010.p")).doesNotExist();
  }

  @Test
  void open_withAnotherKey_isRefused() throws Exception {
    try (var log = open()) {
      log.append(event(1));
    }
    var other = NoteSigner.parse("postern.example/audit", NoteSigner.generatePem());
    assertThatThrownBy(() -> TileAuditLog.open(folder, other, InstantSource.fixed(NOW)))
        .isInstanceOf(LogRefused.class)
        .hasMessageContaining("is not signed by the key");
  }

  @Test
  void open_withAnotherOrigin_isRefused() throws Exception {
    try (var log = open()) {
      log.append(event(1));
    }
    var other = NoteSigner.parse("other.example/audit", NoteSigner.generatePem());
    assertThatThrownBy(() -> TileAuditLog.open(folder, other, InstantSource.fixed(NOW)))
        .isInstanceOf(LogRefused.class)
        .hasMessageContaining("it is the log `postern.example/audit`");
  }

  @Test
  void open_withAnOlderCheckpointPutBack_isRefused() throws Exception {
    byte[] older;
    try (var log = open()) {
      log.append(event(1));
      log.flush();
      older = Files.readAllBytes(folder.resolve("checkpoint"));
      log.append(event(2));
    }
    try (var log = open()) {
      log.append(event(3));
    }
    Files.write(folder.resolve("checkpoint"), older);
    assertThatThrownBy(this::open)
        .isInstanceOf(LogRefused.class)
        .hasMessageContaining("an older checkpoint was put back");
  }

  @Test
  void open_twice_isRefused() throws Exception {
    try (var log = open()) {
      assertThat(log.status().healthy()).isTrue();
      assertThatThrownBy(this::open).hasMessageContaining("in use");
    }
  }

  @Test
  void appendEventually_standsInOrder() throws Exception {
    try (var log = open()) {
      log.appendEventually(event(0));
      assertThat(log.append(event(1))).isEqualTo(1);
    }
  }
}
