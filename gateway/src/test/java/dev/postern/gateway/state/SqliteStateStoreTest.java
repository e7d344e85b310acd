package dev.postern.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStateStoreTest extends StateStoreContract {
  @TempDir Path folder;

  @Override
  StateStore open() throws StoreUnavailable {
    return SqliteStateStore.open(folder.resolve("postern.db"), clock);
  }

  @Test
  void open_makesAFileForItsOwnerOnly() throws Exception {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("postern.db"))))
        .isEqualTo("rw-------");
  }

  @Test
  void open_again_remembersAll() throws Exception {
    byte[] secret = store.secret("challenge", 32);
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    store.close();
    store = open();
    assertThat(store.secret("challenge", 32)).isEqualTo(secret);
    assertThat(store.claim(claim("iss#1", row("s2", "alice", "k2"))))
        .isEqualTo(new Claim.Replayed());
  }

  @Test
  void open_somethingElse_saysSo() throws Exception {
    Path file = folder.resolve("other.db");
    Files.writeString(file, "not a database, but long enough to look at ".repeat(30));
    assertThatThrownBy(() -> SqliteStateStore.open(file, clock))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("other.db");
  }

  @Test
  void closed_isUnavailable() throws Exception {
    store.close();
    assertThatThrownBy(() -> store.sessions()).isInstanceOf(StoreUnavailable.class);
  }

  /** Claims in a process of its own until it is killed; what it was told is claimed must be. */
  @Test
  void killedAtAnyTime_everyClaimItReportedIsThere() throws Exception {
    Path file = folder.resolve("killed.db");
    Process child =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Claimer.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int reported = 0;
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      while (reported < 50 && out.readLine() != null) {
        reported++;
      }
      child.toHandle().destroyForcibly();
      while (out.readLine() != null) {
        reported++;
      }
    }
    assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(reported).isGreaterThanOrEqualTo(50);
    try (StateStore after = SqliteStateStore.open(file, clock)) {
      assertThat(after.sessions().size()).isBetween(reported, reported + 1);
      for (int i = 0; i < reported; i++) {
        assertThat(after.claim(claim("iss#" + i, row("n" + i, "eve", "k2"))))
            .isEqualTo(new Claim.Replayed());
      }
    }
  }

  /** The child process. */
  static final class Claimer {
    private Claimer() {}

    public static void main(String[] args) throws Exception {
      try (StateStore store = SqliteStateStore.open(Path.of(args[0]), InstantSource.fixed(START))) {
        for (int i = 0; ; i++) {
          store.claim(
              new ClaimRequest(
                  "iss#" + i,
                  START.plusSeconds(930),
                  row("s" + i, "alice", "k1"),
                  ClaimRequest.NO_LIMIT,
                  Integer.MAX_VALUE));
          System.out.println(i);
        }
      }
    }
  }
}
