package dev.postern.gateway.admission;

import java.util.HashSet;

/** Bounds on what a caller may ask with, checked before any work is done for it. */
final class AttemptForm {
  static final int MAX_SCOPES = 64;
  static final int MAX_NAME_CHARS = 128;
  static final int MAX_SCOPE_CHARS = 264;
  static final int MAX_REASON_CHARS = 512;

  private AttemptForm() {}

  static void require(AttachAttempt attempt) throws Refused {
    if (!attempt.token().isEmpty() && !attempt.sessionId().isEmpty()) {
      throw malformed("both a token and a session");
    }
    if (attempt.target().length() > MAX_NAME_CHARS
        || attempt.tool().length() > MAX_NAME_CHARS
        || attempt.sessionId().length() > MAX_NAME_CHARS) {
      throw malformed("a name longer than " + MAX_NAME_CHARS + " characters");
    }
    if (attempt.reason().codePointCount(0, attempt.reason().length()) > MAX_REASON_CHARS) {
      throw malformed("a reason longer than " + MAX_REASON_CHARS + " characters");
    }
    if (attempt.scopes().size() > MAX_SCOPES
        || new HashSet<>(attempt.scopes()).size() != attempt.scopes().size()) {
      throw new Refused(Refusal.denied("SCOPE_MALFORMED", "more than 64 scopes, or one twice"));
    }
    for (String scope : attempt.scopes()) {
      if (scope.length() > MAX_SCOPE_CHARS) {
        throw new Refused(Refusal.denied("SCOPE_MALFORMED", "a scope of " + scope.length()));
      }
    }
    if (attempt.hold().isNegative()) {
      throw malformed("a negative hold");
    }
  }

  private static Refused malformed(String detail) {
    return new Refused(Refusal.malformed(detail));
  }
}
