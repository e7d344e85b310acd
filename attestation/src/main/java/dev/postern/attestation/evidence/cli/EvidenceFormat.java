package dev.postern.attestation.evidence.cli;

import java.util.Optional;

/** A kind of raw Evidence, by the name that commands and policy use. */
public enum EvidenceFormat {
  SEV_SNP("sev-snp"),
  TDX("tdx"),
  NITRO("nitro"),
  TPM2("tpm2"),
  AZURE_VTPM("azure-vtpm"),
  PSA("psa"),
  CCA("cca");

  private final String word;

  EvidenceFormat(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Optional<EvidenceFormat> of(String word) {
    String name =
        switch (word) {
          case "azure-snp", "azure-tdx", "az-snp-vtpm", "az-tdx-vtpm", "azure" -> "azure-vtpm";
          case "snp" -> "sev-snp";
          case "tpm" -> "tpm2";
          default -> word;
        };
    for (EvidenceFormat format : values()) {
      if (format.word.equals(name)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }
}
