package dev.postern.gateway.stream;

/** Why a connection or a session ended. Names are reason codes: only ever added. */
public enum EndReason {
  /** The client closed in order. */
  SESSION_ENDED,
  /** The token's {@code exp}, as renewed, has come. */
  SESSION_EXPIRED,
  /** The permit's or the cap's longest session is over. */
  SESSION_MAX,
  /** No message of the client for the permitted time. */
  SESSION_IDLE,
  /** An operator ended it, or the subject was locked. */
  SESSION_REVOKED,
  /** Policy or trust changed: it would not be permitted any more. */
  SESSION_POLICY_CHANGED,
  /** The permit's time window closed. */
  SESSION_WINDOW,
  /** The process was held for as long as the session may. */
  SESSION_HALT_BUDGET,
  /** More bytes than the session may move. */
  SESSION_STREAM_BYTES,
  /** Policy obliges to a record, and recording failed. */
  SESSION_RECORDING_FAILED,
  /** The gateway is shutting down. */
  GATEWAY_STOPPING,
  /** The client's connection broke or fell silent. */
  CLIENT_GONE,
  /** The client does not read what it is sent. */
  CLIENT_SLOW,
  /** The client's bytes are not the tool's protocol. */
  MESSAGE_MALFORMED,
  /** A message, or what it asks for, is larger than the bound. */
  MESSAGE_TOO_LARGE,
  /** The target closed the connection or ended. */
  TARGET_GONE,
  /** The target did not answer in time. */
  TARGET_UNREACHABLE,
  /** The target sent what its protocol does not allow. */
  TARGET_PROTOCOL,
  /** A bug in the gateway. */
  INTERNAL_ERROR
}
