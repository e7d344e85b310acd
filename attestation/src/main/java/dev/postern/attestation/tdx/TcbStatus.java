package dev.postern.attestation.tdx;

import java.util.Optional;

/**
 * Intel's word on how current a platform is.
 *
 * <p>Wire: the constant's {@link #word}. An unknown word is a refusal.
 *
 * <p>Source: Intel PCS API v4, TCB info; convergence as in Intel's QuoteVerificationLibrary.
 */
public enum TcbStatus {
  UP_TO_DATE("UpToDate"),
  SW_HARDENING_NEEDED("SWHardeningNeeded"),
  CONFIGURATION_NEEDED("ConfigurationNeeded"),
  CONFIGURATION_AND_SW_HARDENING_NEEDED("ConfigurationAndSWHardeningNeeded"),
  OUT_OF_DATE("OutOfDate"),
  OUT_OF_DATE_CONFIGURATION_NEEDED("OutOfDateConfigurationNeeded"),
  TD_RELAUNCH_ADVISED("TDRelaunchAdvised"),
  TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED("TDRelaunchAdvisedConfigurationNeeded"),
  REVOKED("Revoked");

  private final String word;

  TcbStatus(String word) {
    this.word = word;
  }

  /** The word Intel writes. */
  public String word() {
    return word;
  }

  public static Optional<TcbStatus> of(String word) {
    for (TcbStatus status : values()) {
      if (status.word.equals(word)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  /**
   * The platform's status once a component of it (the TDX module, the quoting enclave) has its own.
   * A component can only make it worse.
   */
  public TcbStatus convergedWith(TcbStatus component) {
    if (this == REVOKED || component == REVOKED) {
      return REVOKED;
    }
    if (component == OUT_OF_DATE || component == OUT_OF_DATE_CONFIGURATION_NEEDED) {
      return switch (this) {
        case UP_TO_DATE, SW_HARDENING_NEEDED, OUT_OF_DATE, TD_RELAUNCH_ADVISED -> OUT_OF_DATE;
        case CONFIGURATION_NEEDED,
            CONFIGURATION_AND_SW_HARDENING_NEEDED,
            OUT_OF_DATE_CONFIGURATION_NEEDED,
            TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED ->
            OUT_OF_DATE_CONFIGURATION_NEEDED;
        case REVOKED -> REVOKED;
      };
    }
    // Intel gives components no other states; one that appears anyway is not hidden by a better one
    return component == UP_TO_DATE || this != UP_TO_DATE ? this : component;
  }
}
