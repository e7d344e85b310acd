package dev.postern.client.evidence;

import static java.util.Objects.requireNonNull;

import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postern evidence}: only has commands below it. */
@Command(
    name = "evidence",
    description = "Hardware Evidence and Attestation Results by hand.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class EvidenceGroup implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  private EvidenceGroup() {}

  /** The command with those below it. */
  public static CommandLine line(Surroundings around) {
    return new CommandLine(new EvidenceGroup())
        .addSubcommand("verify", new EvidenceVerifyCommand(around));
  }

  @Override
  public Integer call() {
    requireNonNull(spec, "spec is null").commandLine().usage(spec.commandLine().getErr());
    return ExitStatus.USAGE;
  }
}
