package dev.postern.client.token;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.cli.EvidenceFormat;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * A report of a confidential guest about itself, from the kernel's configfs-TSM: a folder is made
 * for one report, 64 bytes go in, the report comes out, the folder is removed.
 *
 * <p>Source: Linux Documentation/ABI/testing/configfs-tsm-report.
 */
record GuestReport(EvidenceFormat format, JsonObject evidence) {
  static final Path KERNEL = Path.of("/sys/kernel/config/tsm/report");

  private static final int INPUT_BYTES = 64;
  private static final int MAX_BYTES = 64 * 1024;

  /** Makes and removes the folder of one report; the kernel fills it. */
  interface Entries {
    Path create() throws IOException;

    void remove(Path entry) throws IOException;
  }

  /** Entries below a folder of the kernel's. */
  static Entries below(Path root, String name) {
    return new Entries() {
      @Override
      public Path create() throws IOException {
        return Files.createDirectory(root.resolve(name));
      }

      @Override
      public void remove(Path entry) throws IOException {
        Files.delete(entry);
      }
    };
  }

  /** Asks for a report over these 64 bytes. */
  static GuestReport over(byte[] reportData, Entries entries) throws IOException {
    if (reportData.length != INPUT_BYTES) {
      throw new IllegalArgumentException("report data is 64 bytes");
    }
    Path entry = entries.create();
    try {
      Files.write(entry.resolve("inblob"), reportData);
      String provider = Files.readString(entry.resolve("provider")).strip();
      EvidenceFormat format =
          switch (provider) {
            case "sev_guest" -> EvidenceFormat.SEV_SNP;
            case "tdx_guest" -> EvidenceFormat.TDX;
            default -> throw new IOException("the guest's TSM is a `" + provider + "`");
          };
      var evidence =
          new Claims()
              .put("provider", provider)
              .put("outblob", base64(read(entry.resolve("outblob")).orElseThrow()));
      Path auxiliary = entry.resolve("auxblob");
      if (format == EvidenceFormat.SEV_SNP && Files.exists(auxiliary)) {
        read(auxiliary).ifPresent(bytes -> evidence.put("auxblob", base64(bytes)));
      }
      return new GuestReport(format, evidence.toJson());
    } finally {
      entries.remove(entry);
    }
  }

  byte[] toBytes() {
    return JsonWriter.writeBytes(evidence);
  }

  private static Optional<byte[]> read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length > MAX_BYTES) {
      throw new IOException(file + " is longer than " + MAX_BYTES + " bytes");
    }
    return bytes.length == 0 ? Optional.empty() : Optional.of(bytes);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
