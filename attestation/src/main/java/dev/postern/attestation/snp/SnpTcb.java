package dev.postern.attestation.snp;

import dev.postern.attestation.evidence.Octets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A TCB version: eight security version numbers whose meaning depends on the product. Compared
 * component by component only; as one integer a high microcode would hide a low firmware.
 */
public record SnpTcb(SnpProduct product, Octets bytes) {
  public SnpTcb {
    if (bytes.length() != 8) {
      throw new IllegalArgumentException("a TCB version is 8 bytes");
    }
  }

  /** Security version numbers by name, in the order of the product's layout. */
  public Map<String, Long> components() {
    var components = new LinkedHashMap<String, Long>();
    boolean turin = product == SnpProduct.TURIN;
    if (turin) {
      components.put("fmc", (long) bytes.at(0));
    }
    int first = turin ? 1 : 0;
    components.put("bootloader", (long) bytes.at(first));
    components.put("tee", (long) bytes.at(first + 1));
    components.put("snp", (long) bytes.at(turin ? 3 : 6));
    components.put("microcode", (long) bytes.at(7));
    return components;
  }

  /** Whether no component is below that of {@code other}. */
  public boolean isAtLeast(SnpTcb other) {
    for (int i = 0; i < 8; i++) {
      if (bytes.at(i) < other.bytes.at(i)) {
        return false;
      }
    }
    return true;
  }
}
