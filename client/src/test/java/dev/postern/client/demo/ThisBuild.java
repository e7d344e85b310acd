package dev.postern.client.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The commands of this build, started without the launcher, which would build first. */
public final class ThisBuild {
  private ThisBuild() {}

  /** The command line of {@code postern} with these arguments. */
  public static List<String> commandLine(List<String> arguments) {
    boolean gateway = arguments.getFirst().equals("gateway");
    var line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                gateway ? "dev.postern.gateway.GatewayMain" : "dev.postern.client.Postern"));
    line.addAll(gateway ? arguments.subList(1, arguments.size()) : arguments);
    return line;
  }
}
