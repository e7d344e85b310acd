package dev.postern.client.policy;

import dev.postern.client.command.Surroundings;
import dev.postern.policy.Target;
import dev.postern.policy.cli.WhoCan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern policy who-can}. */
@Command(
    name = "who-can",
    description = "Names everyone who may do something to a target, and on what conditions.",
    mixinStandardHelpOptions = true)
public final class WhoCanCommand implements Callable<Integer> {
  private final Surroundings around;

  @Parameters(paramLabel = "SCOPE", description = "Such as dlv/inspect.")
  private String scope = "";

  @Option(names = "--target", required = true, paramLabel = "T", description = "Its name.")
  private String target = "";

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label of the target; may stand several times.")
  private Map<String, String> labels = Map.of();

  @Option(names = "--agent", description = "The target is reached via an agent.")
  private boolean agent;

  @Option(
      names = "--policies",
      paramLabel = "PATH",
      description = "Files and folders of policies. Default: the folder one is in.")
  private List<Path> policies = List.of();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  public WhoCanCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    var via = agent ? Target.Via.AGENT : Target.Via.DIRECT;
    var args = new WhoCan.WhoArgs(policies, scope, target, labels, via, json);
    int status = WhoCan.who(args, around.out(), around.err());
    around.out().flush();
    return status;
  }
}
