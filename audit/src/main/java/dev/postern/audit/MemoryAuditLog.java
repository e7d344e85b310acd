package dev.postern.audit;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An audit log in memory, for tests and for tools that keep no record. Can be told to fail. */
public final class MemoryAuditLog implements AuditLog {
  private final List<byte[]> entries = new ArrayList<>();
  private boolean full;

  @Override
  public synchronized long append(JsonObject entry) throws Unavailable {
    byte[] bytes = EntryForm.encode(entry);
    if (full) {
      throw new Unavailable("told to fail");
    }
    entries.add(bytes);
    return entries.size() - 1L;
  }

  @Override
  public synchronized void appendEventually(JsonObject entry) {
    entries.add(EntryForm.encode(entry));
  }

  /** Makes every later {@link #append} fail, or work again. */
  public synchronized void fail(boolean failing) {
    full = failing;
  }

  /** What was appended, read back from its canonical form. */
  public synchronized List<JsonObject> entries() {
    return entries.stream()
        .map(
            bytes -> {
              try {
                return JsonReader.readObject(bytes, JsonLimits.DOCUMENT);
              } catch (JsonException ownOutput) {
                throw new IllegalStateException(ownOutput);
              }
            })
        .toList();
  }

  @Override
  public void flush() {}

  @Override
  public synchronized Status status() {
    return new Status(
        entries.size(),
        entries.size(),
        0,
        full ? Optional.of("told to fail") : Optional.empty(),
        Optional.empty());
  }

  @Override
  public void close() {}
}
