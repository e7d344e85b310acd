package dev.postern.gateway;

import dev.postern.attestation.jose.CryptoProvider;
import dev.postern.config.ConfigLoader;
import dev.postern.config.LoadedConfig;
import dev.postern.config.PosternConfig;
import io.netty.handler.ssl.OpenSsl;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * {@code postern gateway --config postern.yaml}: runs until SIGTERM, SIGINT or SIGHUP, then ends
 * its sessions in order; a second signal hastens that.
 */
public final class GatewayMain {
  /** Sessions had not ended when the time for it, or somebody's patience, was over. */
  private static final int LEFT_TO_THE_GUARD = 1;

  private static final int WRONG_USE = 2;
  private static final int BUG = 70;
  private static final String USAGE = "usage: postern gateway --config postern.yaml";

  private GatewayMain() {}

  public static void main(String[] args) throws InterruptedException {
    if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
      System.out.println(USAGE);
      return;
    }
    if (args.length != 2 || !args[0].equals("--config")) {
      System.err.println(USAGE);
      System.exit(WRONG_USE);
    }
    StderrLog.install();
    Thread.ofPlatform().daemon().name("load-tls").start(GatewayMain::loadTls);
    Thread.ofPlatform().daemon().name("load-native").start(GatewayMain::loadSignaturesAndState);
    System.exit(run(Path.of(args[1])));
  }

  /**
   * Loads what takes long to load, a native library, beside the reading of the configuration.
   * Whoever needs it waits; if it cannot be had, that is seen there, not here. So with the others.
   */
  private static void loadTls() {
    LoggerFactory.getLogger(GatewayMain.class)
        .debug("library tls={}", OpenSsl.isAvailable() ? OpenSsl.versionString() : "none");
  }

  private static void loadSignaturesAndState() {
    Logger log = LoggerFactory.getLogger(GatewayMain.class);
    log.debug("library signatures={}", CryptoProvider.name());
    try {
      log.debug("library state={}", SQLiteJDBCLoader.initialize());
    } catch (Exception unavailable) {
      log.debug("library state=none", unavailable);
    }
  }

  private static int run(Path file) throws InterruptedException {
    Logger log = LoggerFactory.getLogger(GatewayMain.class);
    var watched = new ConfigFile(file);
    PosternConfig config;
    switch (ConfigLoader.load(file)) {
      case LoadedConfig.Unusable<PosternConfig>(var issues) -> {
        issues.forEach(issue -> System.err.println(issue.render()));
        return StartFailed.UNUSABLE_CONFIGURATION;
      }
      case LoadedConfig.Usable<PosternConfig>(PosternConfig usable, var warnings) -> {
        warnings.forEach(issue -> System.err.println(issue.render()));
        config = usable;
      }
    }
    UnbuiltParts.warn(config);
    Gateway gateway;
    try {
      gateway = Gateway.start(config, watched, new RealParts(InstantSource.system()));
    } catch (StartFailed failed) {
      failed.lines().forEach(System.err::println);
      return failed.exitStatus();
    } catch (RuntimeException | Error bug) {
      log.error("the gateway could not start", bug);
      return BUG;
    }
    var stop = new CountDownLatch(1);
    StopSignals.install(stop::countDown, gateway::hurry);
    InetSocketAddress address = gateway.address();
    var shown = new PosternConfig.Listener(address.getHostString(), address.getPort());
    System.out.println("listening on " + shown);
    System.out.flush();
    stop.await();
    gateway.close();
    return gateway.endedInOrder() ? 0 : LEFT_TO_THE_GUARD;
  }
}
