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
    return told(refusal.status(), refusal.told(), "denied: " + refusal.told(), decisionId);
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
          case CLIENT_SLOW, MESSAGE_FLOOD, MESSAGE_TOO_LARGE -> Status.Code.RESOURCE_EXHAUSTED;
          case MESSAGE_MALFORMED -> Status.Code.INVALID_ARGUMENT;
          case TARGET_GONE, TARGET_UNREACHABLE, TARGET_PROTOCOL -> Status.Code.FAILED_PRECONDITION;
          case INTERNAL_ERROR -> Status.Code.INTERNAL;
        };
    if (code == Status.Code.OK) {
      return new Told(Status.OK, new Metadata());
    }
    return told(code, why.name(), "ended: " + why.name(), decisionId);
  }

  private static Told told(Status.Code code, String reason, String message, String decisionId) {
    var info =
        ErrorInfo.newBuilder()
            .setDomain(DOMAIN)
            .setReason(reason)
            .putMetadata("decision_id", decisionId)
            .build();
    String text = decisionId.isEmpty() ? message : message + " (decision " + decisionId + ")";
    StatusRuntimeException exception =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage(text)
                .addDetails(Any.pack(info))
                .build());
    Metadata trailers = exception.getTrailers();
    return new Told(exception.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
