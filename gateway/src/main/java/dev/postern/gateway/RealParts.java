package dev.postern.gateway;

import dev.postern.audit.AuditKeyFile;
import dev.postern.audit.AuditLog;
import dev.postern.audit.LogRefused;
import dev.postern.audit.TileAuditLog;
import dev.postern.audit.recording.RecordingFolder;
import dev.postern.config.PosternConfig;
import dev.postern.gateway.dlv.DlvTargets;
import dev.postern.gateway.guard.TargetGuard;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.state.SqliteStateStore;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.state.StoreUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import dev.postern.gateway.trust.KeySetFetch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The parts of a gateway in service: files, SQLite, real debuggers, the system's clocks. */
public class RealParts implements GatewayParts {
  /** A session that records more than this ends. */
  private static final long MAX_RECORDING_BYTES = 4L << 30;

  private final InstantSource clock;

  public RealParts(InstantSource clock) {
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
      String origin = config.audit().origin() + "/" + config.gateway().replica();
      return TileAuditLog.open(folder, AuditKeyFile.open(key, origin, folder), clock);
    } catch (IOException e) {
      throw new StartFailed(
          StartFailed.UNAVAILABLE, "cannot open the audit log in `" + folder + "`: " + e);
    } catch (LogRefused | IllegalArgumentException e) {
      throw new StartFailed(StartFailed.UNUSABLE_CONFIGURATION, "" + e.getMessage());
    }
  }

  @Override
  public SessionRegistry.Recordings openRecordings(PosternConfig config) {
    var folder = new RecordingFolder(config.gateway().dataDir().resolve("recordings"), ticker());
    return (row, full) -> folder.start(row.id(), full, MAX_RECORDING_BYTES);
  }

  @Override
  public Tools openTools(PosternConfig config, StateStore state) throws StartFailed {
    TargetGuard guard;
    try {
      guard = TargetGuard.open(config.gateway().dataDir(), new SecureRandom());
    } catch (IOException e) {
      throw new StartFailed(StartFailed.UNAVAILABLE, "cannot start the guard of targets: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailed(StartFailed.UNAVAILABLE, "interrupted while restoring targets");
    }
    var dlv = new DlvTargets(guard.instance(), guard, ticker());
    return new Tools() {
      @Override
      public Map<String, ToolTargets> byName() {
        return Map.of("dlv", dlv);
      }

      @Override
      public List<URI> restored() {
        return guard.restored();
      }

      @Override
      public void close() {
        dlv.close();
        guard.close();
      }
    };
  }
}
