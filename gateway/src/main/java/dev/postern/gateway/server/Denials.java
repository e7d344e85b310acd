package dev.postern.gateway.server;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import dev.postern.gateway.admission.Refusal;
import dev.postern.gateway.stream.EndReason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/**
 * Denials and ends as callers see them: a status, a constant sentence, and an {@code ErrorInfo}
 * with the reason code and the decision id. Never a detail.
 */
final class Denials {
  private static final String DOMAIN = "postern.dev";

  private Denials() {}

  /** A status with the trailers it travels with. */
  record Told(Status status, Metadata trailers) {
    StatusRuntimeException asException() {
      return status.asRuntimeException(trailers);
    }
  }

  static Told of(Refusal refusal, String decisionId) {
    return told(
        refusal.status(), refusal.told(), sentence(refusal.told(), refusal.status()), decisionId);
  }

  static Told of(EndReason why, String decisionId) {
    Status.Code code =
        switch (why) {
          case SESSION_ENDED -> Status.Code.OK;
          case SESSION_EXPIRED,
              SESSION_MAX,
              SESSION_IDLE,
              SESSION_REVOKED,
              SESSION_POLICY_CHANGED,
              SESSION_WINDOW,
              SESSION_HALT_BUDGET,
              SESSION_STREAM_BYTES ->
              Status.Code.PERMISSION_DENIED;
          case SESSION_RECORDING_FAILED, GATEWAY_STOPPING -> Status.Code.UNAVAILABLE;
          case CLIENT_GONE -> Status.Code.CANCELLED;
          case CLIENT_SLOW, MESSAGE_TOO_LARGE -> Status.Code.RESOURCE_EXHAUSTED;
          case MESSAGE_MALFORMED -> Status.Code.INVALID_ARGUMENT;
          case TARGET_GONE, TARGET_UNREACHABLE, TARGET_PROTOCOL -> Status.Code.FAILED_PRECONDITION;
          case INTERNAL_ERROR -> Status.Code.INTERNAL;
        };
    if (code == Status.Code.OK) {
      return new Told(Status.OK, new Metadata());
    }
    return told(code, why.name(), sentence(why), decisionId);
  }

  /** What a person reads: the same for a code always, so that it can say nothing of a case. */
  private static String sentence(String reason, Status.Code status) {
    return switch (reason) {
      case "TOKEN_MISSING" -> "no token was given";
      case "TOKEN_TOO_LARGE" -> "the token is longer than a token may be";
      case "CLAIM_EXPIRED" -> "the token has expired";
      case "CLAIM_REPLAYED" -> "the token was used before";
      case "BINDING_PROOF_INVALID" -> "the proof of possession does not hold";
      case "SESSION_POLICY_CHANGED" -> "policy or trust changed meanwhile and does not permit this";
      case "SCOPE_NOT_GRANTED" -> "a scope was asked for that is not granted";
      case "POLICY_NO_MATCH" -> "no policy permits this";
      case "POLICY_FORBIDDEN" -> "a policy forbids this";
      case "POLICY_TIME_WINDOW" -> "policy does not permit this at this time";
      case "POLICY_REASON_MISSING" -> "policy asks for a reason";
      case "POLICY_LIMIT" -> "the subject has as many sessions as policy permits";
      case "LIMIT_SESSIONS" -> "the gateway has as many sessions as it takes";
      case "LIMIT_RATE" -> "too many failed or undecided attempts from this address";
      case "TOOL_UNSUPPORTED" -> "the tool is not served for this target";
      case "TARGET_UNREACHABLE" -> "the target does not answer";
      case "TARGET_BUSY" -> "the target takes no further session now";
      case "TARGET_PROTOCOL" -> "the target does not speak the tool's protocol";
      case "TARGET_OBLIGATION" -> "the tool cannot keep what policy obliges to";
      case "SESSION_UNKNOWN" -> "there is no such live session";
      default -> sentence(status);
    };
  }

  private static String sentence(Status.Code status) {
    return switch (status) {
      case UNAUTHENTICATED -> "the token or its proof was not accepted";
      case PERMISSION_DENIED -> "this is not permitted";
      case INVALID_ARGUMENT -> "the request is out of form or bounds";
      case RESOURCE_EXHAUSTED -> "too many at once or too fast";
      case UNAVAILABLE -> "the gateway cannot decide now";
      default -> "not admitted";
    };
  }

  private static String sentence(EndReason why) {
    return switch (why) {
      case SESSION_ENDED -> "the session ended";
      case SESSION_EXPIRED -> "the token has expired";
      case SESSION_MAX -> "the session is as long as policy permits";
      case SESSION_IDLE -> "the session was idle for too long";
      case SESSION_REVOKED -> "the session was ended, or its subject, key or target was locked";
      case SESSION_POLICY_CHANGED -> "policy or trust changed and would not admit the session now";
      case SESSION_WINDOW -> "policy permits the session at other times only";
      case SESSION_HALT_BUDGET -> "the session held the process for as long as it may";
      case SESSION_STREAM_BYTES -> "the session moved as many bytes as it may";
      case SESSION_RECORDING_FAILED -> "the session could not be recorded any more";
      case GATEWAY_STOPPING -> "the gateway is stopping";
      case CLIENT_GONE -> "the client is gone";
      case CLIENT_SLOW -> "the client does not read what it is sent";
      case MESSAGE_MALFORMED -> "a message is not of the protocol";
      case MESSAGE_TOO_LARGE -> "a message is larger than the bound";
      case TARGET_GONE -> "the target ended the connection";
      case TARGET_UNREACHABLE -> "the target does not answer";
      case TARGET_PROTOCOL -> "the target sent what its protocol does not allow";
      case INTERNAL_ERROR -> "a fault in the gateway";
    };
  }

  private static Told told(Status.Code code, String reason, String message, String decisionId) {
    var info =
        ErrorInfo.newBuilder()
            .setDomain(DOMAIN)
            .setReason(reason)
            .putMetadata("decision_id", decisionId)
            .build();
    StatusRuntimeException exception =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage(message)
                .addDetails(Any.pack(info))
                .build());
    Metadata trailers = exception.getTrailers();
    return new Told(exception.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
