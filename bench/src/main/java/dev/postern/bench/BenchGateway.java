package dev.postern.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.config.PosternConfig;
import dev.postern.gateway.Gateway;
import dev.postern.gateway.RealParts;
import dev.postern.gateway.StartFailed;
import dev.postern.gateway.StderrLog;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.stream.ToolTargets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The gateway in a process of its own, real but for its tools: {@link SocketTargets} stand in for
 * {@code dlv}. Prints where it listens, answers each line of standard input with the bytes of heap
 * that live after a collection, and ends with its input.
 */
public final class BenchGateway {
  private BenchGateway() {}

  public static void main(String[] args) throws IOException, StartFailed {
    StderrLog.install();
    var config = Installation.load(Path.of(args[0]));
    try (Gateway gateway = Gateway.start(config, parts(new SocketTargets()))) {
      System.out.println("listening on 127.0.0.1:" + gateway.address().getPort());
      var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      while (in.readLine() != null) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.println(runtime.totalMemory() - runtime.freeMemory());
      }
    }
  }

  /** The real parts with other tools. */
  static RealParts parts(ToolTargets targets) {
    return new RealParts(InstantSource.system()) {
      @Override
      public Tools openTools(PosternConfig config, StateStore state) {
        return OpenTools.of(targets);
      }
    };
  }
}
