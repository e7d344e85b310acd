package dev.postern.gateway;

import dev.postern.attestation.evidence.Pins;
import dev.postern.audit.AuditLog;
import dev.postern.config.PosternConfig;
import dev.postern.gateway.server.CallerPatience;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.stream.ToolTargets;
import dev.postern.gateway.trust.KeySetFetch;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a gateway is made of that is not its own: clocks, stores, tools. {@link RealParts} is what
 * runs; tests and measurements bring others, and no configuration can.
 */
public interface GatewayParts {
  InstantSource clock();

  /** Nanoseconds since some moment, for elapsed time. */
  LongSupplier ticker();

  KeySetFetch keySets();

  /** The root keys that hardware Evidence has to lead to. */
  default Pins hardwareRoots() {
    return Pins.builtIn();
  }

  /** How long callers may take over what is theirs to do. */
  default CallerPatience callerPatience() {
    return CallerPatience.DEFAULT;
  }

  StateStore openState(PosternConfig config) throws StartFailed;

  AuditLog openAudit(PosternConfig config) throws StartFailed;

  SessionRegistry.Recordings openRecordings(PosternConfig config) throws StartFailed;

  /**
   * The tools that sessions can be opened with, by name. Unfinished business of an earlier run at
   * the targets is put in order before it returns, or in the background.
   */
  Tools openTools(PosternConfig config, StateStore state) throws StartFailed;

  /** The tools, and how to let go of them. */
  interface Tools extends AutoCloseable {
    Map<String, ToolTargets> byName();

    /** Endpoints that an earlier run left held and that were restored at this start. */
    default List<URI> restored() {
      return List.of();
    }

    @Override
    void close();
  }
}
