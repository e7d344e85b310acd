package dev.postern.wire.dlv;

/** Why a message is not passed on. The names are the wire codes of {@code docs/reason-codes.md}. */
public enum MessageReason {
  /** Not a request by Delve's grammar, read strictly. */
  MESSAGE_MALFORMED,
  /** Past a bound of size, depth or count. */
  MESSAGE_TOO_LARGE,
  /** A method, command or argument that the table does not hold. */
  MESSAGE_UNKNOWN,
  /** An argument whose value cannot be passed on, such as a negative count. */
  MESSAGE_ARGUMENT,
  /** An expression outside the allow-list that an obligation sets. */
  MESSAGE_EXPRESSION,
  /** Known, and never passed on, whatever the scopes. */
  MESSAGE_REFUSED,
  /** Not this protocol: a DAP client spoke. */
  MESSAGE_PROTOCOL,
  /** Needs a scope the session does not hold. */
  MESSAGE_SCOPE
}
