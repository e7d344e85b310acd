package dev.postern.gateway.state;

import java.util.List;

/**
 * The tables, in SQL that SQLite and PostgreSQL both take. Times are milliseconds since 1970, lists
 * JSON arrays, secrets hex.
 */
final class StateSchema {
  /** Raised with every change of the tables; a store of a newer version is refused. */
  static final int VERSION = 1;

  static final List<String> STATEMENTS =
      List.of(
          "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
          """
          CREATE TABLE IF NOT EXISTS used_tokens (
            replay_key TEXT PRIMARY KEY,
            thumbprint TEXT NOT NULL,
            session_id TEXT NOT NULL,
            remember_until BIGINT NOT NULL,
            retry_until BIGINT NOT NULL)\
          """,
          "CREATE INDEX IF NOT EXISTS used_tokens_session ON used_tokens (session_id)",
          "CREATE INDEX IF NOT EXISTS used_tokens_until ON used_tokens (remember_until)",
          """
          CREATE TABLE IF NOT EXISTS sessions (
            id TEXT PRIMARY KEY,
            replica TEXT NOT NULL,
            decision TEXT NOT NULL,
            subject TEXT NOT NULL,
            thumbprint TEXT NOT NULL,
            debugger TEXT NOT NULL,
            target TEXT NOT NULL,
            tool TEXT NOT NULL,
            scopes TEXT NOT NULL,
            opened_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            simulated INTEGER NOT NULL,
            phase TEXT NOT NULL)\
          """,
          "CREATE INDEX IF NOT EXISTS sessions_subject ON sessions (subject)",
          """
          CREATE TABLE IF NOT EXISTS locks (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            value TEXT NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT)\
          """,
          "CREATE INDEX IF NOT EXISTS locks_value ON locks (value)",
          """
          CREATE TABLE IF NOT EXISTS approvals (
            id TEXT PRIMARY KEY,
            subject TEXT NOT NULL,
            target TEXT NOT NULL,
            scopes TEXT NOT NULL,
            purpose TEXT NOT NULL,
            requested_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL)\
          """,
          """
          CREATE TABLE IF NOT EXISTS votes (
            approval_id TEXT NOT NULL,
            approver TEXT NOT NULL,
            approver_groups TEXT NOT NULL,
            approves INTEGER NOT NULL,
            at BIGINT NOT NULL,
            place BIGINT NOT NULL,
            PRIMARY KEY (approval_id, approver))\
          """);

  private StateSchema() {}
}
