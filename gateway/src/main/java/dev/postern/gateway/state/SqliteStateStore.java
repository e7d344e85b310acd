package dev.postern.gateway.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;

/**
 * A {@link StateStore} in one SQLite file: write-ahead log, synced at every commit, one connection.
 */
public final class SqliteStateStore implements StateStore {
  private static final String SESSION_COLUMNS =
      "id, replica, decision, subject, thumbprint, debugger, target, tool, scopes, opened_at,"
          + " expires_at, simulated, phase";
  private static final String LOCK_COLUMNS =
      "id, kind, value, reason, actor, created_at, expires_at";

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  private SqliteStateStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Opens the store in a file, making it, mode 0600, if it is not there.
   *
   * @throws StoreUnavailable if the file is no store, or of a newer version, or cannot be used
   */
  public static SqliteStateStore open(Path file, InstantSource clock) throws StoreUnavailable {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setBusyTimeout(5_000);
    config.setGetGeneratedKeys(false); // costs a query after every insert, and nobody asks
    Database database;
    try {
      makePrivate(file);
      var connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
      try (Statement statement = connection.createStatement()) {
        for (String sql : StateSchema.STATEMENTS) {
          statement.execute(sql);
        }
      }
      connection.setAutoCommit(false);
      database = new Database(connection);
    } catch (SQLException | IOException e) {
      throw new StoreUnavailable("`" + file + "` cannot be used: " + e.getMessage(), e);
    }
    var store = new SqliteStateStore(database, clock);
    try {
      int version = Integer.parseInt(store.setting("version", "" + StateSchema.VERSION));
      if (version > StateSchema.VERSION) {
        throw new StoreUnavailable(
            "`"
                + file
                + "` has version "
                + version
                + ", this Postern knows up to "
                + StateSchema.VERSION);
      }
      return store;
    } catch (StoreUnavailable | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static void makePrivate(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (!Files.exists(file)) {
      if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(file);
      }
    }
  }

  private record Used(String thumbprint, String sessionId, long retryUntil) {}

  @Override
  public Claim claim(ClaimRequest request) throws StoreUnavailable {
    long now = clock.millis();
    SessionRow row = request.row().in(SessionRow.Phase.OPENING);
    return database.transaction(
        () -> {
          int most = request.perSubject();
          Standing standing = standing(request.replayKey(), row, most, now);
          Optional<Used> before = standing.used ? used(request.replayKey()) : Optional.empty();
          if (before.isPresent()) {
            Used used = before.get();
            if (!used.thumbprint().equals(row.thumbprint())) {
              return new Claim.Replayed();
            }
            Optional<SessionRow> taken = find(used.sessionId());
            if (taken.isPresent()) {
              return new Claim.Taken(taken.get());
            }
            // the window is exclusive at its end
            if (now >= used.retryUntil()) {
              return new Claim.Replayed();
            }
          }
          Optional<Lock> lock =
              standing.locked
                  ? findLock(row.subject(), row.thumbprint(), row.target(), now)
                  : Optional.empty();
          if (lock.isPresent()) {
            return new Claim.Locked(lock.get());
          }
          if (standing.ofSubject >= most) {
            return new Claim.SubjectLimit(standing.ofSubject);
          }
          if (standing.all >= request.overall()) {
            return new Claim.GatewayLimit(standing.all);
          }
          insert(row);
          use(request.replayKey(), row.thumbprint(), row.id(), request.rememberUntil());
          return before.isEmpty() ? new Claim.Claimed(row) : new Claim.Retried(row);
        });
  }

  /**
   * What a claim depends on, read with one query.
   *
   * @param ofSubject sessions of the subject, as far as they count
   * @param locked there is a lock on something of this name; which kind of thing is still to be
   *     seen
   */
  private record Standing(boolean used, boolean locked, int ofSubject, int all) {}

  private Standing standing(String replayKey, SessionRow row, int most, long now)
      throws SQLException {
    return database
        .first(
            "SELECT (SELECT count(*) FROM used_tokens WHERE replay_key = ?),"
                + " (SELECT count(*) FROM locks WHERE value IN (?, ?, ?)"
                + " AND (expires_at IS NULL OR expires_at > ?)),"
                + " (SELECT count(*) FROM (SELECT 1 FROM sessions WHERE subject = ? LIMIT ?) AS s),"
                + " (SELECT count(*) FROM sessions)",
            found ->
                new Standing(
                    found.getInt(1) > 0, found.getInt(2) > 0, found.getInt(3), found.getInt(4)),
            replayKey,
            row.subject(),
            row.thumbprint(),
            row.target(),
            now,
            row.subject(),
            most == ClaimRequest.NO_LIMIT ? 0 : most)
        .orElseThrow(() -> new SQLException("a query of counts gave no row"));
  }

  private Optional<Used> used(String replayKey) throws SQLException {
    return database.first(
        "SELECT thumbprint, session_id, retry_until FROM used_tokens WHERE replay_key = ?",
        found -> new Used(found.getString(1), found.getString(2), found.getLong(3)),
        replayKey);
  }

  private void use(String replayKey, String thumbprint, String sessionId, Instant until)
      throws SQLException {
    database.update(
        "INSERT INTO used_tokens (replay_key, thumbprint, session_id, remember_until, retry_until)"
            + " VALUES (?, ?, ?, ?, 0) ON CONFLICT (replay_key) DO UPDATE SET session_id ="
            + " excluded.session_id, retry_until = 0",
        replayKey,
        thumbprint,
        sessionId,
        until.toEpochMilli());
  }

  private void insert(SessionRow row) throws SQLException {
    database.update(
        "INSERT INTO sessions ("
            + SESSION_COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.id(),
        row.replica(),
        row.decision(),
        row.subject(),
        row.thumbprint(),
        row.debugger(),
        row.target(),
        row.tool(),
        text(row.scopes()),
        row.openedAt().toEpochMilli(),
        row.expiresAt().toEpochMilli(),
        row.simulated() ? 1 : 0,
        row.phase().name());
  }

  @Override
  public boolean opened(String sessionId) throws StoreUnavailable {
    return database.transaction(
        () ->
            database.update(
                    "UPDATE sessions SET phase = ? WHERE id = ?",
                    SessionRow.Phase.LIVE.name(),
                    sessionId)
                == 1);
  }

  @Override
  public void openingFailed(String sessionId) throws StoreUnavailable {
    long retryUntil = clock.instant().plus(RETRY_WINDOW).toEpochMilli();
    database.transaction(() -> remove(sessionId) && allowRetry(sessionId, retryUntil));
  }

  private boolean remove(String sessionId) throws SQLException {
    return database.update("DELETE FROM sessions WHERE id = ?", sessionId) == 1;
  }

  private boolean allowRetry(String sessionId, long retryUntil) throws SQLException {
    return database.update(
            "UPDATE used_tokens SET retry_until = ? WHERE session_id = ?", retryUntil, sessionId)
        > 0;
  }

  @Override
  public boolean ended(String sessionId) throws StoreUnavailable {
    return database.transaction(() -> remove(sessionId));
  }

  @Override
  public Renewal renew(
      String sessionId,
      String thumbprint,
      String replayKey,
      Instant rememberUntil,
      Instant expiresAt)
      throws StoreUnavailable {
    return database.transaction(
        () -> {
          Optional<SessionRow> row =
              find(sessionId).filter(found -> found.thumbprint().equals(thumbprint));
          if (row.isEmpty()) {
            return new Renewal.Gone();
          }
          if (database.count("SELECT count(*) FROM used_tokens WHERE replay_key = ?", replayKey)
              > 0) {
            return new Renewal.Replayed();
          }
          use(replayKey, thumbprint, sessionId, rememberUntil);
          SessionRow renewed = row.get().until(expiresAt);
          database.update(
              "UPDATE sessions SET expires_at = ? WHERE id = ?",
              renewed.expiresAt().toEpochMilli(),
              sessionId);
          return new Renewal.Renewed(renewed);
        });
  }

  @Override
  public Optional<SessionRow> session(String sessionId) throws StoreUnavailable {
    return database.transaction(() -> find(sessionId));
  }

  private Optional<SessionRow> find(String sessionId) throws SQLException {
    return database.first(
        "SELECT " + SESSION_COLUMNS + " FROM sessions WHERE id = ?",
        SqliteStateStore::readSession,
        sessionId);
  }

  @Override
  public List<SessionRow> sessions() throws StoreUnavailable {
    return database.transaction(
        () ->
            database.list(
                "SELECT " + SESSION_COLUMNS + " FROM sessions ORDER BY opened_at, id",
                SqliteStateStore::readSession));
  }

  @Override
  public int sessionsOf(String subject) throws StoreUnavailable {
    return database.transaction(() -> count(subject, Integer.MAX_VALUE));
  }

  /** Sessions of a subject, counted no further than asked: one that may have many has many rows. */
  private int count(String subject, int atMost) throws SQLException {
    return database.count(
        "SELECT count(*) FROM (SELECT 1 FROM sessions WHERE subject = ? LIMIT ?)", subject, atMost);
  }

  @Override
  public List<SessionRow> takeOver(String replica) throws StoreUnavailable {
    long retryUntil = clock.instant().plus(RETRY_WINDOW).toEpochMilli();
    return database.transaction(
        () -> {
          List<SessionRow> left =
              database.list(
                  "SELECT "
                      + SESSION_COLUMNS
                      + " FROM sessions WHERE replica = ? ORDER BY opened_at, id",
                  SqliteStateStore::readSession,
                  replica);
          for (SessionRow row : left) {
            if (remove(row.id()) && row.phase() == SessionRow.Phase.OPENING) {
              allowRetry(row.id(), retryUntil);
            }
          }
          return left;
        });
  }

  @Override
  public void lock(Lock lock) throws StoreUnavailable {
    database.transaction(
        () -> {
          database.update("DELETE FROM locks WHERE id = ?", lock.id());
          return database.update(
              "INSERT INTO locks (" + LOCK_COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?)",
              lock.id(),
              lock.kind().name(),
              lock.value(),
              lock.reason(),
              lock.actor(),
              lock.createdAt().toEpochMilli(),
              lock.expiresAt().map(Instant::toEpochMilli).orElse(null));
        });
  }

  @Override
  public boolean unlock(String lockId) throws StoreUnavailable {
    return database.transaction(
        () -> database.update("DELETE FROM locks WHERE id = ?", lockId) == 1);
  }

  @Override
  public List<Lock> locks() throws StoreUnavailable {
    long now = clock.millis();
    return database.transaction(
        () ->
            database.list(
                "SELECT "
                    + LOCK_COLUMNS
                    + " FROM locks WHERE expires_at IS NULL OR expires_at > ?"
                    + " ORDER BY created_at, id",
                SqliteStateStore::readLock,
                now));
  }

  @Override
  public Optional<Lock> lockFor(String subject, String thumbprint, String target)
      throws StoreUnavailable {
    long now = clock.millis();
    return database.transaction(() -> findLock(subject, thumbprint, target, now));
  }

  private Optional<Lock> findLock(String subject, String thumbprint, String target, long now)
      throws SQLException {
    return database
        .list(
            "SELECT "
                + LOCK_COLUMNS
                + " FROM locks WHERE value IN (?, ?, ?) AND (expires_at IS NULL OR expires_at > ?)"
                + " ORDER BY created_at, id",
            SqliteStateStore::readLock,
            subject,
            thumbprint,
            target,
            now)
        .stream()
        .filter(lock -> lock.holdsFor(subject, thumbprint, target))
        .findFirst();
  }

  @Override
  public void request(Approval approval) throws StoreUnavailable {
    database.transaction(
        () -> {
          database.update("DELETE FROM votes WHERE approval_id = ?", approval.id());
          database.update("DELETE FROM approvals WHERE id = ?", approval.id());
          return database.update(
              "INSERT INTO approvals (id, subject, target, scopes, purpose, requested_at,"
                  + " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
              approval.id(),
              approval.subject(),
              approval.target(),
              text(approval.scopes()),
              approval.purpose(),
              approval.requestedAt().toEpochMilli(),
              approval.expiresAt().toEpochMilli());
        });
  }

  @Override
  public boolean vote(String approvalId, Approval.Vote vote) throws StoreUnavailable {
    long now = clock.millis();
    return database.transaction(
        () -> {
          if (database.count(
                  "SELECT count(*) FROM approvals WHERE id = ? AND expires_at > ?", approvalId, now)
              == 0) {
            return false;
          }
          int place =
              database.count(
                  "SELECT coalesce(max(place), 0) + 1 FROM votes WHERE approval_id = ?",
                  approvalId);
          database.update(
              "DELETE FROM votes WHERE approval_id = ? AND approver = ?",
              approvalId,
              vote.approver());
          database.update(
              "INSERT INTO votes (approval_id, approver, approver_groups, approves, at, place)"
                  + " VALUES (?, ?, ?, ?, ?, ?)",
              approvalId,
              vote.approver(),
              text(vote.groups()),
              vote.approves() ? 1 : 0,
              vote.at().toEpochMilli(),
              place);
          return true;
        });
  }

  @Override
  public List<Approval> approvals() throws StoreUnavailable {
    long now = clock.millis();
    return database.transaction(
        () -> {
          List<Approval> requests =
              database.list(
                  "SELECT id, subject, target, scopes, purpose, requested_at, expires_at FROM"
                      + " approvals WHERE expires_at > ? ORDER BY requested_at, id",
                  row -> readApproval(row, List.of()),
                  now);
          var whole = new ArrayList<Approval>();
          for (Approval request : requests) {
            List<Approval.Vote> votes =
                database.list(
                    "SELECT approver, approver_groups, approves, at FROM votes WHERE approval_id ="
                        + " ? ORDER BY place",
                    row ->
                        new Approval.Vote(
                            row.getString(1),
                            strings(row.getString(2)),
                            row.getInt(3) == 1,
                            Instant.ofEpochMilli(row.getLong(4))),
                    request.id());
            whole.add(request.votedBy(votes));
          }
          return whole;
        });
  }

  private static Approval readApproval(ResultSet row, List<Approval.Vote> votes)
      throws SQLException {
    return new Approval(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        strings(row.getString(4)),
        row.getString(5),
        Instant.ofEpochMilli(row.getLong(6)),
        Instant.ofEpochMilli(row.getLong(7)),
        votes);
  }

  @Override
  public byte[] secret(String name, int bytes) throws StoreUnavailable {
    var fresh = new byte[bytes];
    random.nextBytes(fresh);
    return HexFormat.of().parseHex(setting("secret:" + name, HexFormat.of().formatHex(fresh)));
  }

  @Override
  public String instanceId(String replica) throws StoreUnavailable {
    return HexFormat.of().formatHex(secret("instance:" + replica, 4));
  }

  /** A setting, made with this value if it is not there yet. */
  private String setting(String name, String fresh) throws StoreUnavailable {
    return database.transaction(
        () -> {
          database.update(
              "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
              name,
              fresh);
          return database
              .first("SELECT value FROM settings WHERE name = ?", row -> row.getString(1), name)
              .orElseThrow(() -> new SQLException("the setting `" + name + "` went away"));
        });
  }

  @Override
  public int prune() throws StoreUnavailable {
    long now = clock.millis();
    return database.transaction(
        () -> {
          int gone =
              database.update(
                  "DELETE FROM used_tokens WHERE remember_until <= ? AND NOT EXISTS (SELECT 1 FROM"
                      + " sessions WHERE sessions.id = used_tokens.session_id)",
                  now);
          gone += database.update("DELETE FROM locks WHERE expires_at <= ?", now);
          database.update(
              "DELETE FROM votes WHERE approval_id IN (SELECT id FROM approvals WHERE expires_at"
                  + " <= ?)",
              now);
          return gone + database.update("DELETE FROM approvals WHERE expires_at <= ?", now);
        });
  }

  private static SessionRow readSession(ResultSet row) throws SQLException {
    return new SessionRow(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        strings(row.getString(9)),
        Instant.ofEpochMilli(row.getLong(10)),
        Instant.ofEpochMilli(row.getLong(11)),
        row.getInt(12) == 1,
        SessionRow.Phase.valueOf(row.getString(13)));
  }

  private static Lock readLock(ResultSet row) throws SQLException {
    long end = row.getLong(7);
    Optional<Instant> expiresAt =
        row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(end));
    return new Lock(
        row.getString(1),
        Lock.Kind.valueOf(row.getString(2)),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        Instant.ofEpochMilli(row.getLong(6)),
        expiresAt);
  }

  private static String text(List<String> strings) {
    return JsonWriter.write(JsonArray.ofStrings(strings));
  }

  private static List<String> strings(String text) throws SQLException {
    try {
      if (JsonReader.read(text.getBytes(UTF_8), JsonLimits.DOCUMENT) instanceof JsonArray array) {
        return array.strings().orElseThrow(() -> new SQLException("not a list of strings"));
      }
      throw new SQLException("not a list");
    } catch (JsonException e) {
      throw new SQLException("not a list", e);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
