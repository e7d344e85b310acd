package dev.postern.gateway.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One connection, used by one thread at a time, in transactions that are durable or undone. */
final class Database implements AutoCloseable {
  private final Connection connection;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private boolean closed;

  Database(Connection connection) {
    this.connection = connection;
  }

  /** Work in one transaction. */
  interface Work<T> {
    T run() throws SQLException, StoreUnavailable;
  }

  /** Reads one row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /**
   * Runs work in a transaction.
   *
   * @throws StoreUnavailable if it was undone, or it is not known whether it was
   */
  <T> T transaction(Work<T> work) throws StoreUnavailable {
    lock.lock();
    try {
      if (closed) {
        throw new StoreUnavailable("the state store is closed");
      }
      boolean committed = false;
      try {
        T result = work.run();
        // A crash here: nothing of it was done.
        connection.commit();
        // A crash here: all of it was done, and nobody was told.
        committed = true;
        return result;
      } finally {
        if (!committed) {
          connection.rollback();
        }
      }
    } catch (SQLException e) {
      throw new StoreUnavailable("the state store failed: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /** Changes rows; returns how many. Within {@link #transaction} only. */
  int update(String sql, @Nullable Object... values) throws SQLException {
    return bind(sql, values).executeUpdate();
  }

  /** All rows. Within {@link #transaction} only. */
  <T> List<T> list(String sql, Row<T> reader, @Nullable Object... values) throws SQLException {
    var rows = new ArrayList<T>();
    try (ResultSet found = bind(sql, values).executeQuery()) {
      while (found.next()) {
        rows.add(reader.read(found));
      }
    }
    return rows;
  }

  /** The first row, if any. Within {@link #transaction} only. */
  <T> Optional<T> first(String sql, Row<T> reader, @Nullable Object... values) throws SQLException {
    try (ResultSet found = bind(sql, values).executeQuery()) {
      return found.next() ? Optional.of(reader.read(found)) : Optional.empty();
    }
  }

  /** A count. Within {@link #transaction} only. */
  int count(String sql, @Nullable Object... values) throws SQLException {
    return first(sql, row -> row.getInt(1), values).orElse(0);
  }

  private PreparedStatement bind(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        connection.close();
      }
    } catch (SQLException nothingDependsOnIt) {
      System.getLogger("dev.postern.gateway.state")
          .log(System.Logger.Level.DEBUG, "closing the state store failed", nothingDependsOnIt);
    } finally {
      lock.unlock();
    }
  }
}
