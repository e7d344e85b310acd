package dev.postern.attestation.evidence;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The vendors' root keys: SHA-256 of the DER SubjectPublicKeyInfo of each.
 *
 * <p>The root <em>certificate</em> is taken from what came with the Evidence or from configuration;
 * it counts only if its key is pinned here. Keys rather than certificates, because vendors re-issue
 * certificates for a key. Configuration cannot change the built-in pins; only code (a test with its
 * own CA) can hand over others.
 */
public final class Pins {
  /** A vendor's root. */
  public enum Root {
    ARK_MILAN,
    ARK_GENOA,
    ARK_TURIN,
    INTEL_SGX,
    AWS_NITRO,
    CONFIDENTIAL_SPACE,
    GCE_TPM
  }

  private static final Pins BUILT_IN =
      new Pins(
          Map.of(
              Root.ARK_MILAN,
              Octets.ofHex("9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9"),
              Root.ARK_GENOA,
              Octets.ofHex("429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831"),
              Root.ARK_TURIN,
              Octets.ofHex("4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08"),
              Root.INTEL_SGX,
              Octets.ofHex("a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e"),
              Root.AWS_NITRO,
              Octets.ofHex("f2caf5ecc6190b4a8399b78bc58a2bbcd0382375db8a1bfd78a82743874fd225"),
              Root.CONFIDENTIAL_SPACE,
              Octets.ofHex("40b464f4d4ff947572c6b23869a7bccae3f69ba9c81ade6c09d035e4657e40c4"),
              Root.GCE_TPM,
              Octets.ofHex("f23057f4f97d1d90e4cae0ce91d5a0fc99069f0a1bc147021dca33b1e9c4d0d9")));

  private final Map<Root, Octets> spkiSha256;

  public Pins(Map<Root, Octets> spkiSha256) {
    for (Octets pin : spkiSha256.values()) {
      if (pin.length() != 32) {
        throw new IllegalArgumentException("a pin is 32 bytes, not " + pin.length());
      }
    }
    this.spkiSha256 = new EnumMap<>(spkiSha256);
  }

  /** The vendors' own. */
  public static Pins builtIn() {
    return BUILT_IN;
  }

  /** The pin of one root as a set, empty if there is none: then nothing is trusted under it. */
  public Set<Octets> of(Root root) {
    return Optional.ofNullable(spkiSha256.get(root)).map(Set::of).orElse(Set.of());
  }
}
