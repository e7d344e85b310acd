package dev.postern.gateway.admission;

import dev.postern.attestation.Verification;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.policy.Decision;
import io.grpc.Status;
import java.util.List;

/**
 * Why a caller is not let in.
 *
 * @param reason the code for the record
 * @param told the code for the caller, which says nothing of what targets there are
 * @param status that it travels under
 * @param detail for the record, never for the caller
 * @param rules policy rules that decided, if policy did
 */
public record Refusal(
    String reason, String told, Status.Code status, String detail, List<String> rules) {
  public Refusal {
    rules = List.copyOf(rules);
  }

  /** A denial by token, binding or attestation. */
  static Refusal of(Verification.Denied denied) {
    var reason = denied.reason();
    Status.Code status =
        switch (reason.status()) {
          case UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
          case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
          case UNAVAILABLE -> Status.Code.UNAVAILABLE;
          case INTERNAL -> Status.Code.INTERNAL;
        };
    return new Refusal(reason.name(), reason.name(), status, denied.detail(), List.of());
  }

  /** A denial by policy. */
  static Refusal of(Decision.Deny deny) {
    Status.Code status =
        switch (deny.reason()) {
          case INTERNAL_POLICY_UNAVAILABLE -> Status.Code.UNAVAILABLE;
          case INTERNAL_ERROR -> Status.Code.INTERNAL;
          case CLAIM_LIFETIME_EXCEEDED, BINDING_MISSING -> Status.Code.UNAUTHENTICATED;
          default -> Status.Code.PERMISSION_DENIED;
        };
    return new Refusal(
        deny.reason().name(),
        deny.reason().forCaller().name(),
        status,
        deny.detail(),
        deny.rules());
  }

  static Refusal of(TargetUnavailable unavailable) {
    String code = unavailable.code().name();
    return plain(code, Status.Code.FAILED_PRECONDITION, "" + unavailable.getMessage());
  }

  static Refusal unauthenticated(String reason, String detail) {
    return plain(reason, Status.Code.UNAUTHENTICATED, detail);
  }

  static Refusal denied(String reason, String detail) {
    return plain(reason, Status.Code.PERMISSION_DENIED, detail);
  }

  /** Too many, or too fast. */
  static Refusal exhausted(String reason, String detail) {
    return plain(reason, Status.Code.RESOURCE_EXHAUSTED, detail);
  }

  /** State or record cannot be written. */
  static Refusal store(String detail) {
    return plain("INTERNAL_STORE", Status.Code.UNAVAILABLE, detail);
  }

  /** The request itself is out of form or bounds. */
  static Refusal malformed(String detail) {
    return plain("MESSAGE_MALFORMED", Status.Code.INVALID_ARGUMENT, detail);
  }

  static Refusal internal(Throwable bug) {
    return plain("INTERNAL_ERROR", Status.Code.INTERNAL, bug.getClass().getName());
  }

  static Refusal precondition(String reason, String detail) {
    return plain(reason, Status.Code.FAILED_PRECONDITION, detail);
  }

  private static Refusal plain(String reason, Status.Code status, String detail) {
    return new Refusal(reason, reason, status, detail, List.of());
  }
}
