package dev.postern.audit.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.audit.recording.RecordedMessage.Content;
import dev.postern.audit.recording.RecordedMessage.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final long MIB = 1024 * 1024;

  @TempDir Path folder;
  private long nanos;

  private RecordingFolder recordings() {
    return new RecordingFolder(folder, () -> nanos);
  }

  private static RecordedMessage message(int i) {
    String text = "{\"method\":\"RPCServer.ListGoroutines\",\"id\":" + i + "}";
    return new RecordedMessage(
        Instant.parse("2026-11-23T12:00:00Z").plusMillis(i),
        1,
        i % 2 == 0 ? Direction.FROM_CLIENT : Direction.FROM_TARGET,
        "passed",
        "RPCServer.ListGoroutines",
        "",
        text.length(),
        Optional.of(new Content(text.getBytes(UTF_8))));
  }

  private List<RecordedMessage> read(String session) throws IOException {
    var messages = new ArrayList<RecordedMessage>();
    RecordingReader.read(recordings().file(session), session, messages::add);
    return messages;
  }

  @Test
  void full_readsBackWhatWasAdded_withTheSameHash() throws Exception {
    var added = new ArrayList<RecordedMessage>();
    Recording.Summary summary;
    try (Recording recording = recordings().start("s-1", true, 10 * MIB)) {
      for (int i = 0; i < 5000; i++) {
        recording.add(message(i));
        added.add(message(i));
      }
      summary = recording.finish();
      assertThat(recording.finish()).isEqualTo(summary);
    }
    assertThat(read("s-1")).isEqualTo(added);
    RecordingReader.Outcome outcome =
        RecordingReader.read(recordings().file("s-1"), "s-1", message -> {});
    assertThat(outcome).isEqualTo(new RecordingReader.Outcome(5000, summary.hash(), true));
    assertThat(Files.size(recordings().file("s-1"))).isLessThan(200_000);
  }

  @Test
  void metadata_keepsNoContent() throws Exception {
    try (Recording recording = recordings().start("s-1", false, MIB)) {
      recording.add(message(1));
      recording.finish();
    }
    assertThat(read("s-1"))
        .singleElement()
        .satisfies(
            message -> {
              assertThat(message.content()).isEmpty();
              assertThat(message.bytes()).isEqualTo(message(1).bytes());
            });
  }

  @Test
  void add_beyondTheBound_fails_andTheSessionMustEnd() throws Exception {
    try (Recording recording = recordings().start("s-1", true, 1000)) {
      recording.add(message(1));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10; i++) {
                  recording.add(message(i));
                }
              })
          .isInstanceOf(RecordingFailed.class)
          .hasMessageContaining("bound of 1000 bytes");
      assertThatThrownBy(() -> recording.add(message(1))).isInstanceOf(RecordingFailed.class);
    }
  }

  @Test
  void cutShort_readsAsFarAsItGoes() throws Exception {
    try (Recording recording = recordings().start("s-1", true, MIB)) {
      recording.add(message(0));
      nanos += 1_000_000_000L;
      recording.add(message(1));
      recording.add(message(2));
    }
    RecordingReader.Outcome outcome =
        RecordingReader.read(recordings().file("s-1"), "s-1", message -> {});
    assertThat(outcome.messages()).isEqualTo(2);
    assertThat(outcome.complete()).isFalse();
  }

  @Test
  void changed_isFound_whereverItWas() throws Exception {
    try (Recording recording = recordings().start("s-1", true, MIB)) {
      for (int i = 0; i < 20; i++) {
        recording.add(message(i));
      }
      recording.finish();
    }
    Path file = recordings().file("s-1");
    byte[] bytes = Files.readAllBytes(file);
    RecordingReader.Outcome whole = RecordingReader.read(file, "s-1", message -> {});
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = Arrays.copyOf(bytes, bytes.length);
      changed[at] ^= 4;
      Files.write(file, changed);
      try {
        assertThat(RecordingReader.read(file, "s-1", message -> {}))
            .as("byte %s", at)
            .isNotEqualTo(whole);
      } catch (IOException found) {
        assertThat(found).hasMessageContaining("s-1.rec");
      }
    }
  }

  @Test
  void ofAnotherSession_hasAnotherHash() throws Exception {
    try (Recording recording = recordings().start("s-1", true, MIB)) {
      recording.add(message(1));
      recording.finish();
    }
    Files.move(recordings().file("s-1"), recordings().file("s-2"));
    assertThatThrownBy(() -> read("s-2")).hasMessageContaining("was changed");
  }

  @Test
  void start_badId_twice_orNowhere_fails() throws Exception {
    assertThatThrownBy(() -> recordings().start("../x", true, MIB))
        .isInstanceOf(RecordingFailed.class);
    try (Recording recording = recordings().start("s-1", true, MIB)) {
      recording.finish();
    }
    assertThatThrownBy(() -> recordings().start("s-1", true, MIB))
        .isInstanceOf(RecordingFailed.class);
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> new RecordingFolder(file, () -> 0).start("s-2", true, MIB))
        .isInstanceOf(RecordingFailed.class);
  }
}
