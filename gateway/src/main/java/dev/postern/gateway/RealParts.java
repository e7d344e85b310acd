package dev.postern.gateway;

import dev.postern.audit.AuditLog;
import dev.postern.audit.LogRefused;
import dev.postern.audit.TileAuditLog;
import dev.postern.audit.recording.RecordingFailed;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.config.PosternConfig;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.state.SqliteStateStore;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.state.StoreUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import dev.postern.gateway.trust.KeySetFetch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;

/** The parts of a gateway in service: files, SQLite, real debuggers, the system's clocks. */
final class RealParts implements GatewayParts {
  private final InstantSource clock;

  RealParts(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public InstantSource clock() {
    return clock;
  }

  @Override
  public LongSupplier ticker() {
    return System::nanoTime;
  }

  @Override
  public KeySetFetch keySets() {
    return KeySetFetch.fromFilesAndHttps();
  }

  @Override
  public StateStore openState(PosternConfig config) throws StartFailed {
    return switch (config.state().url()) {
      case PosternConfig.StateUrl.Sqlite(Path file) -> {
        try {
          yield SqliteStateStore.open(file, clock);
        } catch (StoreUnavailable e) {
          throw new StartFailed(
              StartFailed.UNAVAILABLE,
              "cannot open the state in `" + file + "`: " + e.getMessage());
        }
      }
      case PosternConfig.StateUrl.Postgresql postgresql ->
          throw new StartFailed(
              StartFailed.UNUSABLE_CONFIGURATION,
              "`state.url` names PostgreSQL, which this version cannot use yet; use `sqlite:FILE`");
    };
  }

  @Override
  public AuditLog openAudit(PosternConfig config) throws StartFailed {
    Path key = config.audit().key();
    Path folder = config.gateway().dataDir().resolve("audit");
    try {
      if (!Files.exists(key)) {
        PrivateFiles.write(key, NoteSigner.generatePem());
      }
      String origin = config.audit().origin() + "/" + config.gateway().replica();
      NoteSigner signer = NoteSigner.parse(origin, Files.readString(key));
      return TileAuditLog.open(folder, signer, clock);
    } catch (IOException e) {
      throw new StartFailed(
          StartFailed.UNAVAILABLE, "cannot open the audit log in `" + folder + "`: " + e);
    } catch (LogRefused | IllegalArgumentException e) {
      throw new StartFailed(StartFailed.UNUSABLE_CONFIGURATION, "" + e.getMessage());
    }
  }

  @Override
  public SessionRegistry.Recordings openRecordings(PosternConfig config) {
    return row -> {
      throw new RecordingFailed("recordings are not in this build");
    };
  }

  @Override
  public Tools openTools(PosternConfig config, StateStore state) throws StartFailed {
    return new Tools() {
      @Override
      public Map<String, ToolTargets> byName() {
        return Map.of();
      }

      @Override
      public void close() {}
    };
  }
}
