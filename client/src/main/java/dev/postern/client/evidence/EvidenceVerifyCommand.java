package dev.postern.client.evidence;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.cli.EvidenceBundle.Blob;
import dev.postern.attestation.evidence.cli.EvidenceCommand;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern evidence verify}: reads the files, prints the verdict. */
@Command(
    name = "verify",
    description = "Verifies hardware Evidence or an Attestation Result, offline.",
    mixinStandardHelpOptions = true)
public final class EvidenceVerifyCommand implements Callable<Integer> {
  private static final int MAX_EVIDENCE_BYTES = 1024 * 1024;
  private static final int MAX_FILE_BYTES = 4 * 1024 * 1024;

  private final Surroundings around;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "What it is: sev-snp, tdx, nitro, tpm2, azure-vtpm, eat, ear, maa, ita, …")
  private String format = "";

  @Option(
      names = "--evidence",
      required = true,
      paramLabel = "FILE",
      description = "Raw, hex, base64, or the family's JSON; - is standard input.")
  private String evidence = "";

  @Option(
      names = "--certs",
      paramLabel = "FILE",
      description = "Certificates or revocation lists, DER or PEM, in any order; repeatable.")
  private List<String> certificates = new ArrayList<>();

  @Option(
      names = "--collateral",
      paramLabel = "FILE",
      description = "The vendor's documents, lists and chains; repeatable.")
  private List<String> collateral = new ArrayList<>();

  @Option(
      names = "--jwks",
      paramLabel = "FILE",
      description = "Keys of the service that issued a result; repeatable.")
  private List<String> jwks = new ArrayList<>();

  @Option(names = "--nonce", paramLabel = "HEX", description = "The challenge to expect.")
  private @Nullable String nonce;

  @Option(
      names = "--report-data",
      paramLabel = "HEX",
      description = "The report data to expect (sev-snp, tdx).")
  private @Nullable String reportData;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "Judge as of this time (RFC 3339 or seconds since 1970) instead of now.")
  private @Nullable String at;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  public EvidenceVerifyCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure {
    if (!EvidenceCommand.knows(format)) {
      throw CommandFailure.usage(
          "unknown format `"
              + format
              + "`, expected one of "
              + String.join(", ", EvidenceCommand.formats()));
    }
    var request =
        new EvidenceCommand.Request(
            format,
            Blob.copyOf(Inputs.read(evidence, "the evidence", MAX_EVIDENCE_BYTES, around)),
            files(certificates, "the certificates"),
            files(collateral, "the collateral"),
            files(jwks, "the key set"),
            hex(nonce, "--nonce"),
            hex(reportData, "--report-data"));
    EvidenceCommand.Verdict verdict =
        new EvidenceCommand()
            .verify(request, time())
            .orElseThrow(() -> CommandFailure.usage("unknown format `" + format + "`"));
    print(verdict);
    return verdict.valid() ? ExitStatus.DONE : ExitStatus.FOUND;
  }

  private void print(EvidenceCommand.Verdict verdict) {
    JsonObject result = verdict.json();
    if (json) {
      around.out().println(JsonWriter.write(result));
      return;
    }
    if (!verdict.valid()) {
      around
          .out()
          .println(
              "invalid: "
                  + result.string("reason").orElse("")
                  + ": "
                  + result.string("detail").orElse(""));
      return;
    }
    around.out().println("valid");
    result
        .object("claims")
        .orElse(JsonObject.EMPTY)
        .members()
        .forEach(
            (name, value) -> around.out().println("  " + name + " " + JsonWriter.write(value)));
    List<String> unchecked =
        result.array("unchecked").flatMap(JsonArray::strings).orElse(List.of());
    around.out().println("not checked: " + String.join(", ", unchecked));
  }

  private List<Blob> files(List<String> names, String what) throws CommandFailure {
    var blobs = new ArrayList<Blob>();
    for (String name : names) {
      blobs.add(Blob.copyOf(Inputs.read(name, what, MAX_FILE_BYTES, around)));
    }
    return blobs;
  }

  private static Optional<Octets> hex(@Nullable String text, String option) throws CommandFailure {
    if (text == null) {
      return Optional.empty();
    }
    try {
      String digits = text.toLowerCase(Locale.ROOT);
      return Optional.of(Octets.ofHex(digits.startsWith("0x") ? digits.substring(2) : digits));
    } catch (IllegalArgumentException notHex) {
      throw CommandFailure.usage(option + " is not hex");
    }
  }

  private Instant time() throws CommandFailure {
    if (at == null) {
      return around.clock().instant();
    }
    try {
      return at.matches("[0-9]{1,11}")
          ? Instant.ofEpochSecond(Long.parseLong(at))
          : Instant.parse(at);
    } catch (DateTimeException notATime) {
      throw CommandFailure.usage("--at `" + at + "` is not a time such as 2026-11-23T12:00:00Z");
    }
  }
}
