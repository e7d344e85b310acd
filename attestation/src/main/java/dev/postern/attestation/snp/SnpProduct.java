package dev.postern.attestation.snp;

import dev.postern.attestation.evidence.Pins;
import java.util.Optional;

/**
 * A product line of AMD: one root key, one set of intermediates, one layout of TCB versions.
 *
 * <p>Source: AMD 57230 (VCEK certificate and KDS interface), AMD 56860 (SEV-SNP ABI) for CPUID.
 */
public enum SnpProduct {
  MILAN("Milan", Pins.Root.ARK_MILAN),
  /** Also Bergamo and Siena. */
  GENOA("Genoa", Pins.Root.ARK_GENOA),
  TURIN("Turin", Pins.Root.ARK_TURIN);

  private final String line;
  private final Pins.Root root;

  SnpProduct(String line, Pins.Root root) {
    this.line = line;
    this.root = root;
  }

  /** The name in AMD's certificates. */
  public String line() {
    return line;
  }

  public Pins.Root root() {
    return root;
  }

  /** The product of a certificate's product name, with or without a stepping ({@code Milan-B0}). */
  public static Optional<SnpProduct> ofName(String name) {
    int dash = name.indexOf('-');
    return switch (dash < 0 ? name : name.substring(0, dash)) {
      case "Milan" -> Optional.of(MILAN);
      case "Genoa", "Bergamo", "Siena" -> Optional.of(GENOA);
      case "Turin" -> Optional.of(TURIN);
      default -> Optional.empty();
    };
  }

  /** The product of a CPUID, from reports of version 3 on. */
  public static Optional<SnpProduct> ofCpuid(int family, int model) {
    if (family == 0x19) {
      if (model <= 0x0f) {
        return Optional.of(MILAN);
      }
      if (model <= 0x1f || (model >= 0xa0 && model <= 0xaf)) {
        return Optional.of(GENOA);
      }
    }
    return family == 0x1a && model <= 0x11 ? Optional.of(TURIN) : Optional.empty();
  }
}
