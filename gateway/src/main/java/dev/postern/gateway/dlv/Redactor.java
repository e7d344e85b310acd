package dev.postern.gateway.dlv;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.wire.dlv.StringRedactor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Replaces what policy's patterns match; linear in the text, whatever the pattern. */
final class Redactor implements StringRedactor {
  static final String REPLACEMENT = "[redacted]";

  private final List<Pattern> patterns;

  private Redactor(List<Pattern> patterns) {
    this.patterns = patterns;
  }

  /** Empty if there is nothing to redact. */
  static Optional<StringRedactor> of(List<String> patterns) throws TargetUnavailable {
    if (patterns.isEmpty()) {
      return Optional.empty();
    }
    var compiled = new ArrayList<Pattern>();
    for (String pattern : patterns) {
      try {
        compiled.add(Pattern.compile(pattern));
      } catch (PatternSyntaxException invalid) {
        throw new TargetUnavailable(
            TargetUnavailable.Code.TARGET_OBLIGATION,
            "a redact pattern is not RE2 syntax",
            invalid);
      }
    }
    return Optional.of(new Redactor(List.copyOf(compiled)));
  }

  @Override
  public String redact(String text) {
    String result = text;
    for (Pattern pattern : patterns) {
      var matcher = pattern.matcher(result);
      if (matcher.find()) {
        result = matcher.replaceAll(REPLACEMENT);
      }
    }
    return result;
  }
}
