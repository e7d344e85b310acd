package dev.postern.attestation.results;

import java.util.Optional;
import java.util.Set;

/** A kind of Attestation Result, by the name that commands and policy use. */
public enum ResultProfile {
  EAT("eat"),
  EAR("ear"),
  MAA("maa"),
  ITA("ita"),
  CONFIDENTIAL_SPACE("confidential-space");

  private final String word;

  ResultProfile(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** What services of this kind sign with. */
  Set<String> algorithms() {
    return switch (this) {
      case EAT -> Set.of("ES256", "ES384", "RS256", "PS256", "PS384");
      case EAR -> Set.of("ES256", "ES384", "RS256", "RS384", "PS256", "PS384");
      case MAA, CONFIDENTIAL_SPACE -> Set.of("RS256");
      case ITA -> Set.of("PS384", "RS256");
    };
  }

  public static Optional<ResultProfile> of(String word) {
    String name = word.equals("trustee") ? "ear" : word;
    for (ResultProfile profile : values()) {
      if (profile.word.equals(name)) {
        return Optional.of(profile);
      }
    }
    return Optional.empty();
  }
}
