package dev.postern.client.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.attestation.Digests;
import dev.postern.attestation.evidence.cli.EvidenceFormat;
import dev.postern.attestation.evidence.cli.HardwareEvidence;
import dev.postern.attestation.mint.DebugTokenMint.Vouching;
import dev.postern.attestation.mint.EvidenceRecords;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.client.connect.ChallengeFetch;
import dev.postern.client.tpm.Tpm;
import dev.postern.client.tpm.TpmFailure;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What really vouches for the caller's key: a TPM, a confidential guest, a file of either kind. */
final class VouchingOptions {
  private static final int MAX_RESULT_BYTES = 64 * 1024;
  private static final int MAX_EVIDENCE_BYTES = 48 * 1024;
  private static final int MAX_PCR = 23;

  @Option(
      names = "--tpm",
      paramLabel = "URI",
      description = {
        "A quote of this TPM vouches: tpm:/dev/tpmrm0, tpm:SOCKET or tpm:HOST:PORT.",
        "Without --key the key is the TPM's own, certified by it."
      })
  private @Nullable String tpm;

  @Option(
      names = "--pcr",
      paramLabel = "N",
      description = "A PCR to quote; may stand several times. Default: 0 to 7.")
  private List<Integer> pcrs = List.of();

  @Option(
      names = "--tsm",
      arity = "0..1",
      fallbackValue = "/sys/kernel/config/tsm/report",
      paramLabel = "DIR",
      description = "A report of this SNP or TDX guest vouches (configfs-TSM).")
  private @Nullable Path tsm;

  @Option(
      names = "--result",
      paramLabel = "F",
      description = "An Attestation Result of a service, a compact JWS in a file, vouches.")
  private @Nullable String result;

  @Option(
      names = "--evidence",
      paramLabel = "F",
      description =
          "Evidence in a file vouches, such as a Nitro document; needs --evidence-format.")
  private @Nullable String evidence;

  @Option(
      names = "--evidence-format",
      paramLabel = "WORD",
      description = "Kind of --evidence, as `postern evidence verify --format` takes it.")
  private @Nullable String evidenceFormat;

  @Option(
      names = "--certs",
      paramLabel = "F",
      description = "Certificates (PEM) to send along with Evidence; may stand several times.")
  private List<String> certificates = List.of();

  @Option(
      names = "--gateway",
      paramLabel = "HOST:PORT",
      description = "Ask this gateway for the challenge that the Evidence answers.")
  private @Nullable String gateway;

  @Option(
      names = "--ca",
      paramLabel = "F",
      description = "Certificates to trust for --gateway (PEM). Default: the system's.")
  private @Nullable String ca;

  /** The TPM whose own key is used where no other is named. */
  Optional<String> ownKey() {
    return Optional.ofNullable(tpm);
  }

  boolean anything() {
    return tpm != null || tsm != null || result != null || evidence != null;
  }

  /** What vouches for the holder's key; asks the TPM, the kernel or the gateway for it. */
  Vouching vouching(SigningKey holder, Optional<String> nonce, Surroundings around)
      throws CommandFailure {
    int ways = (tpm == null ? 0 : 1) + (tsm == null ? 0 : 1);
    ways += (result == null ? 0 : 1) + (evidence == null ? 0 : 1);
    if (ways != 1) {
      throw CommandFailure.usage("--tpm, --tsm, --result and --evidence exclude each other");
    }
    if (result != null) {
      return new Vouching.Result(Inputs.readText(result, "the result", MAX_RESULT_BYTES, around));
    }
    if (nonce.isPresent() && gateway != null) {
      throw CommandFailure.usage("--nonce and --gateway exclude each other");
    }
    String challenge = nonce.orElse("");
    if (gateway != null) {
      challenge = ChallengeFetch.attestation(gateway, Optional.ofNullable(ca).map(Path::of));
    }
    EvidenceRecords records = evidence(holder, challenge, around);
    for (String file : certificates) {
      records.add(
          EvidenceRecords.CERTIFICATE_CHAIN,
          Inputs.read(file, "the certificates", MAX_EVIDENCE_BYTES, around));
    }
    if (!challenge.isEmpty()) {
      records.add(EvidenceRecords.CHALLENGE, challenge.getBytes(US_ASCII));
    }
    return new Vouching.Evidence(records);
  }

  private EvidenceRecords evidence(SigningKey holder, String challenge, Surroundings around)
      throws CommandFailure {
    var records = new EvidenceRecords();
    if (tpm != null) {
      return records.add(
          HardwareEvidence.mediaType(EvidenceFormat.TPM2), quote(tpm, holder, challenge));
    }
    if (tsm != null) {
      GuestReport report = report(tsm, holder, challenge);
      return records.add(HardwareEvidence.mediaType(report.format()), report.toBytes());
    }
    if (evidence == null || evidenceFormat == null) {
      throw CommandFailure.usage("--evidence needs --evidence-format");
    }
    EvidenceFormat format =
        EvidenceFormat.of(evidenceFormat)
            .orElseThrow(
                () -> CommandFailure.usage("unknown --evidence-format `" + evidenceFormat + "`"));
    return records.add(
        HardwareEvidence.mediaType(format),
        Inputs.read(evidence, "the Evidence", MAX_EVIDENCE_BYTES, around));
  }

  private byte[] quote(String uri, SigningKey holder, String challenge) throws CommandFailure {
    var selected = new TreeSet<Integer>(pcrs);
    if (pcrs.isEmpty()) {
      selected.addAll(List.of(0, 1, 2, 3, 4, 5, 6, 7));
    }
    if (selected.first() < 0 || selected.last() > MAX_PCR) {
      throw CommandFailure.usage("--pcr takes 0 to 23");
    }
    try {
      var machine = new Tpm(uri);
      boolean own = machine.signingKey().thumbprint().equals(holder.thumbprint());
      return JsonWriter.writeBytes(
          machine.evidence(Tpm.extraData(challenge, holder), selected, own));
    } catch (TpmFailure e) {
      throw CommandFailure.unreachable("--tpm: " + e.getMessage());
    }
  }

  private static GuestReport report(Path root, SigningKey holder, String challenge)
      throws CommandFailure {
    try {
      return GuestReport.over(
          reportData(holder, challenge), GuestReport.below(root, "postern-" + UUID.randomUUID()));
    } catch (IOException e) {
      throw CommandFailure.unreachable(
          "--tsm: no report from `" + root + "`: " + Inputs.cannotRead("it", root.toString(), e));
    }
  }

  /** The key's thumbprint, then the challenge's hash or zeros. */
  static byte[] reportData(SigningKey holder, String challenge) {
    byte[] data = new byte[64];
    System.arraycopy(holder.thumbprint().bytes(), 0, data, 0, 32);
    if (!challenge.isEmpty()) {
      System.arraycopy(Digests.sha256(challenge), 0, data, 32, 32);
    }
    return data;
  }
}
