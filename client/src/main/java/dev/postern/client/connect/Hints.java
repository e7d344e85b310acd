package dev.postern.client.connect;

/** What a person can do about a denial, where that is not plain from its sentence. */
final class Hints {
  private Hints() {}

  /** A few words for a reason code; empty if there is nothing to add. */
  static String forReason(String reason) {
    return switch (reason) {
      case "CLAIM_EXPIRED", "ATT_EXPIRED", "ATT_STALE" -> "get a new token";
      case "CLAIM_REPLAYED" -> "each token is good for one session; get a new one";
      case "CLAIM_NOT_YET_VALID", "CLAIM_IAT_FUTURE", "ATT_FUTURE" -> "compare the clocks";
      case "CLAIM_AUD_MISMATCH" -> "the token is for another gateway";
      case "BINDING_PROOF_INVALID" ->
          "is --key the key that the token's cnf names, and --gateway-id the gateway's id?";
      case "BINDING_MISMATCH" -> "--key is not the key that the token's cnf names";
      case "ATT_SIMULATED" -> "this gateway or policy takes no simulated attestation";
      case "LIMIT_RATE" -> "wait a minute";
      case "LIMIT_SESSIONS" -> "end another session first";
      case "TARGET_UNREACHABLE" -> "is the target's debugger running?";
      default -> "";
    };
  }
}
