package dev.postern.client.trust;

import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.tpm.TpmEnrolment;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.client.tpm.Tpm;
import dev.postern.client.tpm.TpmFailure;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern trust enroll}: writes down a TPM's attestation key for {@code tpm2.enrolled}. */
@Command(
    name = "enroll",
    description = {
      "Writes down a TPM's attestation key, for trust.hardware.tpm2.enrolled.",
      "Run it on the machine itself, or give the key's public area: whose machine it is, is your"
          + " word."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TrustEnrollCommand implements Callable<Integer> {
  private static final int MAX_PUBLIC_BYTES = 4096;

  private final Surroundings around;

  @Option(
      names = "--tpm",
      paramLabel = "URI",
      description = "The TPM: tpm:/dev/tpmrm0, tpm:SOCKET or tpm:HOST:PORT.")
  private @Nullable String tpm;

  @Option(
      names = "--ak-public",
      paramLabel = "F",
      description = "The key's TPM2B_PUBLIC or TPMT_PUBLIC, such as tpm2_createak writes (-u).")
  private @Nullable String publicFile;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "What people call the machine.")
  private String name = "";

  @Option(
      names = "--out",
      paramLabel = "F",
      description = "The file to write. Default: standard output.")
  private @Nullable Path out;

  public TrustEnrollCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure {
    if (name.isBlank() || name.length() > 128) {
      throw CommandFailure.usage("--name takes 1 to 128 characters");
    }
    TpmEnrolment enrolment;
    try {
      enrolment = TpmEnrolment.of(name, publicArea());
    } catch (Refused e) {
      throw CommandFailure.input("the key cannot be enrolled: " + e.detail());
    }
    String text =
        JsonWriter.write(enrolment.toJson(around.clock().instant())) + System.lineSeparator();
    if (out == null) {
      around.out().print(text);
      around.out().flush();
      return ExitStatus.DONE;
    }
    try {
      Files.writeString(out, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw CommandFailure.input("there is a file `" + out + "` already");
    } catch (IOException e) {
      throw CommandFailure.input("cannot write `" + out + "`: " + e.getMessage());
    }
    around.say("enrolled `%s`, key %s".formatted(name, enrolment.attestationKey().hex()));
    return ExitStatus.DONE;
  }

  private byte[] publicArea() throws CommandFailure {
    if ((tpm == null) == (publicFile == null)) {
      throw CommandFailure.usage("give --tpm or --ak-public");
    }
    if (tpm == null) {
      return Inputs.read(String.valueOf(publicFile), "the public area", MAX_PUBLIC_BYTES, around);
    }
    try {
      return new Tpm(tpm).attestationKey();
    } catch (TpmFailure e) {
      throw CommandFailure.unreachable("--tpm: " + e.getMessage());
    }
  }
}
