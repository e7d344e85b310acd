package dev.postern.client.policy;

import dev.postern.client.command.Surroundings;
import dev.postern.policy.cli.WhoCan;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern policy what-can}. */
@Command(
    name = "what-can",
    description = "Names everything that a subject may do, where, and on what conditions.",
    mixinStandardHelpOptions = true)
public final class WhatCanCommand implements Callable<Integer> {
  private final Surroundings around;

  @Parameters(
      paramLabel = "SUBJECT",
      description = "The token's sub; without --issuer the thumbprint of a self-attested key.")
  private String subject = "";

  @Option(names = "--issuer", paramLabel = "ISS", description = "Whose word the subject is.")
  private @Nullable String issuer;

  @Option(
      names = "--group",
      paramLabel = "G",
      description = "A group that the token states; may stand several times.")
  private List<String> groups = List.of();

  @Option(names = "--debugger", paramLabel = "ID", description = "The token's debugger_id.")
  private String debugger = "";

  @Option(
      names = "--policies",
      paramLabel = "PATH",
      description = "Files and folders of policies. Default: the folder one is in.")
  private List<Path> policies = List.of();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  public WhatCanCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    var args =
        new WhoCan.WhatArgs(
            policies, Optional.ofNullable(issuer), subject, Set.copyOf(groups), debugger, json);
    int status = WhoCan.what(args, around.out(), around.err());
    around.out().flush();
    return status;
  }
}
