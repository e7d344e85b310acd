package dev.postern.audit;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.audit.tlog.Checkpoint;
import dev.postern.audit.tlog.EntryBundle;
import dev.postern.audit.tlog.SignedNote;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.json.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a copied log folder may hold is read as it was written, or refused as the readers say. */
class LogFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void entry_anything_isCanonicalOrRefused(byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    JsonObject entry;
    try {
      entry = EntryForm.decode(bytes);
    } catch (EntryForm.Malformed refused) {
      return;
    }
    check(Arrays.equals(EntryForm.encode(entry), bytes), "two spellings of one entry");
  }

  @FuzzTest(maxDuration = "10s")
  void bundle_anything_isWrittenAsItWasReadOrRefused(byte @Nullable [] bytes) {
    if (bytes == null || bytes.length == 0) {
      return;
    }
    Optional<List<byte[]>> entries =
        EntryBundle.parse(Arrays.copyOfRange(bytes, 1, bytes.length), bytes[0] & 0xff, true);
    if (entries.isEmpty()) {
      return;
    }
    var again = new ByteArrayOutputStream();
    entries.get().forEach(entry -> EntryBundle.append(again, entry));
    check(
        Arrays.equals(again.toByteArray(), 0, again.size(), bytes, 1, bytes.length),
        "bytes that belong to no entry");
  }

  @FuzzTest(maxDuration = "10s")
  void note_anything_isReadOrRefused(byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    try {
      SignedNote.parse(bytes);
    } catch (IllegalArgumentException refused) {
      check(refused.getMessage() != null, "refused without a sentence");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      Checkpoint.parse(text);
    } catch (IllegalArgumentException refused) {
      check(refused.getMessage() != null, "refused without a sentence");
    }
    try {
      VerifierKey.parse(text);
    } catch (IllegalArgumentException refused) {
      check(refused.getMessage() != null, "refused without a sentence");
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
