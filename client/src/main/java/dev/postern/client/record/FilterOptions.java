package dev.postern.client.record;

import dev.postern.audit.AuditField;
import dev.postern.audit.LogQuery;
import dev.postern.client.command.CommandFailure;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which entries; none given: all of them. */
final class FilterOptions {
  @Option(
      names = "--where",
      paramLabel = "FIELD=VALUE",
      description = "Entries with this value; may stand several times.")
  private @Nullable Map<String, String> where;

  @Option(names = "--subject", paramLabel = "S", description = "Entries about this subject.")
  private @Nullable String subject;

  @Option(names = "--target", paramLabel = "T", description = "Entries about this target.")
  private @Nullable String target;

  @Option(names = "--session", paramLabel = "ID", description = "Entries of this session.")
  private @Nullable String session;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Entries of this type, such as admission or admission.denied.")
  private @Nullable String type;

  @Option(names = "--reason", paramLabel = "CODE", description = "Entries with this reason code.")
  private @Nullable String reason;

  @Option(names = "--decision", paramLabel = "ID", description = "The entry of this decision.")
  private @Nullable String decision;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Entries from this time on, such as 2026-11-23T20:00:00Z.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Entries before this time.")
  private @Nullable String until;

  LogQuery query() throws CommandFailure {
    LogQuery query = LogQuery.ALL;
    if (where != null) {
      for (Map.Entry<String, String> field : where.entrySet()) {
        query = query.where(known(field.getKey()), field.getValue());
      }
    }
    query = with(query, "subject", subject);
    query = with(query, "target", target);
    query = with(query, "session", session);
    query = with(query, "type", type);
    query = with(query, "reason", reason);
    query = with(query, "decision", decision);
    query = since == null ? query : query.since(time(since, "--since"));
    query = until == null ? query : query.until(time(until, "--until"));
    return query;
  }

  private static String known(String field) throws CommandFailure {
    if (Arrays.stream(AuditField.values()).noneMatch(known -> known.key().equals(field))) {
      throw CommandFailure.usage(
          "--where: no entry has a field `" + field + "`; docs/audit.md lists those there are");
    }
    return field;
  }

  private static LogQuery with(LogQuery query, String field, @Nullable String value) {
    return value == null ? query : query.where(field, value);
  }

  private static Instant time(String text, String option) throws CommandFailure {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage(
          option + " takes a time such as 2026-11-23T20:00:00Z, and not `" + text + "`");
    }
  }
}
