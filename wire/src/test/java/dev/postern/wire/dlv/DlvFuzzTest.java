package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/**
 * Without {@code JAZZER_FUZZ=1} these run the corpus under {@code src/test/resources} as plain
 * tests.
 */
class DlvFuzzTest {
  private static final EnumSet<DlvClass> ALL = EnumSet.allOf(DlvClass.class);

  /** Pieces make no difference, and what is let through is read back as it was meant. */
  @FuzzTest(maxDuration = "1m")
  void requests(byte[] data) {
    List<ClientMessage> whole = Feeding.all(data, Integer.MAX_VALUE);
    check(whole.equals(Feeding.all(data, 1)), "pieces make a difference");
    for (ClientMessage message : whole) {
      if (message instanceof ClientMessage.Call call
          && DlvRules.judge(call, ALL, Restrictions.NONE) instanceof Verdict.Allowed allowed) {
        check(!allowed.classes().isEmpty(), "a call that needs nothing");
        byte[] encoded = new DlvRequest(call.method(), allowed.args()).encode(call.id());
        check(
            Feeding.one(new String(encoded, UTF_8))
                .equals(new ClientMessage.Call(call.id(), call.method(), allowed.args())),
            "the target would read another request");
      }
    }
  }

  @FuzzTest(maxDuration = "1m")
  void replies(byte[] data) {
    List<Long> ids = List.of(0L, 1L, 2L);
    List<TargetReply> whole = Feeding.replies(data, Integer.MAX_VALUE, ids);
    List<TargetReply> pieces = Feeding.replies(data, 1, ids);
    check(whole.size() == pieces.size(), "pieces make a difference");
    for (int i = 0; i < whole.size(); i++) {
      check(whole.get(i).getClass() == pieces.get(i).getClass(), "pieces make a difference");
    }
    check(
        whole.stream().filter(reply -> !(reply instanceof TargetReply.Broken)).count() <= 3,
        "more answers than questions");
  }

  @FuzzTest(maxDuration = "1m")
  void expressions(byte[] data) {
    String text = new String(data, UTF_8);
    boolean calls = Expressions.mayCall(text);
    if (Expressions.isPlain(text)) {
      check(!calls, "plain, and a call");
      check(text.chars().noneMatch(c -> c == '*' || c == '&') || isQuoted(text), "dereferences");
    }
    if (GoroutineFilter.parse(text) instanceof GoroutineFilter.Parsed.Filter(var filter)) {
      check(filter.narrowing().size() <= 16, "more filters than terms");
    }
  }

  private static boolean isQuoted(String text) {
    return Arrays.stream(new String[] {"\"", "'", "`"}).anyMatch(text::contains);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
