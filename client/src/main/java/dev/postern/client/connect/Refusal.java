package dev.postern.client.connect;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/**
 * Why a call to the gateway ended.
 *
 * @param code the gRPC status
 * @param reason a reason code of Postern's; empty if the answer did not come from a gateway
 * @param decisionId what to name when asking the gateway's people; may be empty
 * @param message the gateway's sentence, or what went wrong on the way to it
 */
public record Refusal(Status.Code code, String reason, String decisionId, String message) {
  private static final String DOMAIN = "postern.dev";

  static Refusal of(Status status, Metadata trailers) {
    String message = messageOf(status);
    com.google.rpc.Status detailed = StatusProto.fromStatusAndTrailers(status, trailers);
    if (detailed != null) {
      for (Any detail : detailed.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          try {
            ErrorInfo info = detail.unpack(ErrorInfo.class);
            if (info.getDomain().equals(DOMAIN)) {
              return new Refusal(
                  status.getCode(),
                  info.getReason(),
                  info.getMetadataOrDefault("decision_id", ""),
                  message);
            }
          } catch (InvalidProtocolBufferException notOurs) {
            return new Refusal(status.getCode(), "", "", message);
          }
        }
      }
    }
    return new Refusal(status.getCode(), "", "", message);
  }

  /** Whether the call ended as both sides meant it to. */
  boolean isRegularEnd() {
    return code == Status.Code.OK;
  }

  /** Whether this came from a gateway and not from the way to it. */
  boolean isGatewaysWord() {
    return !reason.isEmpty();
  }

  /** Whether the same question may have another answer in a moment. */
  boolean mayPass() {
    return !isGatewaysWord()
        && (code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED);
  }

  /** Whether the session as a whole is over and a new token is the way on. */
  boolean endsSession() {
    return reason.startsWith("SESSION_") && !reason.equals("SESSION_HALT_BUDGET");
  }

  /** 1 for a denial, 69 if the gateway or the target could not be reached. */
  int exitStatus() {
    return isGatewaysWord() && !reason.equals("TARGET_UNREACHABLE")
        ? ExitStatus.FOUND
        : ExitStatus.UNREACHABLE;
  }

  /** One sentence for a person. */
  String sentence() {
    if (!isGatewaysWord()) {
      return message;
    }
    var text = new StringBuilder(reason);
    if (!message.isEmpty() && !message.contains(reason)) {
      text.append(": ").append(message);
    }
    String hint = Hints.forReason(reason);
    if (!hint.isEmpty()) {
      text.append(" (").append(hint).append(')');
    }
    if (!decisionId.isEmpty()) {
      text.append("; decision ").append(decisionId);
    }
    return text.toString();
  }

  /** This as the end of a command. */
  CommandFailure asFailure(String what) {
    String sentence = what + ": " + sentence();
    return exitStatus() == ExitStatus.FOUND
        ? CommandFailure.found(sentence)
        : CommandFailure.unreachable(sentence);
  }

  private static String messageOf(Status status) {
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      switch (cause) {
        case CertificateException e -> {
          return "the gateway's certificate is not to be trusted: " + deepest(e);
        }
        case ConnectException e -> {
          return "nothing answers there: " + e.getMessage();
        }
        case UnknownHostException e -> {
          return "there is no such host: " + e.getMessage();
        }
        case SSLException e when e.getCause() == null -> {
          return "TLS could not be set up: " + e.getMessage();
        }
        default -> {}
      }
    }
    String description = status.getDescription();
    String message = description == null ? status.getCode().name() : description;
    return status.getCode() == Status.Code.UNIMPLEMENTED
        ? "that is not a Postern gateway: " + message
        : message;
  }

  private static String deepest(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }
}
