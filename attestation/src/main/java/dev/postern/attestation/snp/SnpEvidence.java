package dev.postern.attestation.snp;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.attestation.x509.X509Reader;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A report with the certificates that travelled beside it: raw, hex or base64, or the JSON of
 * Linux's configfs-tsm ({@code outblob}, {@code auxblob}, {@code provider}).
 *
 * @param certificates of the auxblob; no more trusted than any other
 */
public record SnpEvidence(SnpReport report, List<X509Certificate> certificates) {
  private static final int MAX_AUXBLOB = 64 * 1024;
  private static final int ROW = 24;
  private static final int MAX_ROWS = 16;

  /** ARK, ASK, VCEK, VLEK (GHCB rev. 2.03 §4.1.8.1), as the bytes stand. */
  private static final Set<String> CERTIFICATE_GUIDS =
      Set.of(
          "c0b406a4a80349529743" + "3fb6014cd0ae",
          "4ab7b379bbac4fe4a02f" + "05aef327c782",
          "63da758de6644564adc5" + "f4b93be8accd",
          "a8074bc2a25a483eaae6" + "39c045a0b8a1");

  public SnpEvidence {
    certificates = List.copyOf(certificates);
  }

  /** Reads evidence in any of its forms. */
  public static SnpEvidence parse(byte[] file) throws Refused {
    if (file.length != SnpReport.BYTES && file.length > 0 && file[0] == '{') {
      return configfs(file);
    }
    byte[] bytes = file.length == SnpReport.BYTES ? file : TextForms.decode(file);
    if (bytes.length > SnpReport.BYTES) {
      // the extended report: a certificate table directly behind the report
      var in = new ByteCursor(bytes, "SNP extended report");
      SnpReport report = SnpReport.parse(in.bytes(SnpReport.BYTES));
      return new SnpEvidence(report, table(in.bytes(in.remaining())));
    }
    return new SnpEvidence(SnpReport.parse(bytes), List.of());
  }

  private static SnpEvidence configfs(byte[] file) throws Refused {
    JsonObject json;
    try {
      json = JsonReader.readObject(file, JsonLimits.DOCUMENT);
    } catch (JsonException notJson) {
      throw Refused.malformed("SNP evidence is not JSON: " + notJson.getMessage());
    }
    for (String name : json.members().keySet()) {
      if (!Set.of("outblob", "auxblob", "provider", "generation", "manifestblob").contains(name)) {
        throw Refused.malformed("configfs-tsm JSON has an unknown member");
      }
    }
    Optional<String> provider = json.string("provider").map(String::strip);
    if (provider.isPresent() && !provider.get().equals("sev_guest")) {
      throw Refused.malformed("configfs-tsm provider is not sev_guest");
    }
    Optional<byte[]> report = json.string("outblob").flatMap(TextForms::base64);
    if (report.isEmpty()) {
      throw Refused.malformed("configfs-tsm JSON lacks a base64 outblob");
    }
    var certificates = new ArrayList<X509Certificate>();
    if (json.has("auxblob")) {
      Optional<byte[]> auxblob = json.string("auxblob").flatMap(TextForms::base64);
      if (auxblob.isEmpty()) {
        throw Refused.malformed("configfs-tsm auxblob is not base64");
      }
      certificates.addAll(table(auxblob.get()));
    }
    return new SnpEvidence(SnpReport.parse(report.get()), certificates);
  }

  /** The certificates of a GHCB certificate table: rows of GUID, offset and length. */
  static List<X509Certificate> table(byte[] blob) throws Refused {
    if (blob.length > MAX_AUXBLOB) {
      throw Refused.malformed("SNP certificate table longer than " + MAX_AUXBLOB + " bytes");
    }
    var certificates = new ArrayList<X509Certificate>();
    if (blob.length == 0) {
      return certificates;
    }
    var rows = new ByteCursor(blob, "SNP certificate table");
    for (int row = 0; ; row++) {
      if (row == MAX_ROWS) {
        throw Refused.malformed("SNP certificate table has more than " + MAX_ROWS + " rows");
      }
      Octets guid = rows.octets(ROW - 8);
      long offset = rows.u32le();
      long length = rows.u32le();
      if (guid.isZero() && offset == 0 && length == 0) {
        return certificates;
      }
      // both are below 2^32, so their sum does not overflow a long
      if (offset + length > blob.length) {
        throw Refused.malformed("SNP certificate table row points outside the table");
      }
      if (CERTIFICATE_GUIDS.contains(guid.hex())) {
        byte[] content = Octets.copyOf(blob, (int) offset, (int) (offset + length)).toByteArray();
        certificates.addAll(X509Reader.certificates(content, "SNP certificate table entry"));
      }
    }
  }
}
