package dev.postern.policy;

import java.util.Optional;

/**
 * A scope in a policy; its last segment may be {@code *}, which stands for exactly one segment.
 *
 * <p>In a permit the star never covers {@code host}, in a forbid it does.
 */
public record ScopePattern(String text) {
  private static final String HOST = "host";

  /**
   * The pattern that the text spells.
   *
   * @throws IllegalArgumentException if it is not of the form; {@link #parse} answers instead
   */
  public ScopePattern {
    if (!Scope.wellFormed(text, true)) {
      throw new IllegalArgumentException("not a scope pattern");
    }
  }

  /** The pattern that the text spells; empty if it is not of the form. */
  public static Optional<ScopePattern> parse(String text) {
    return Scope.wellFormed(text, true) ? Optional.of(new ScopePattern(text)) : Optional.empty();
  }

  public boolean hasStar() {
    return text.endsWith("*");
  }

  /** The first segment. */
  public String family() {
    return text.substring(0, text.indexOf('/'));
  }

  /** Whether a permit with this pattern covers the scope. */
  public boolean permits(Scope scope) {
    return hasStar()
        ? text.length() - 1 == scope.parent().length()
            && text.startsWith(scope.parent())
            && !scope.last().equals(HOST)
        : text.equals(scope.text());
  }

  /** Whether a forbid with this pattern matches the scope. */
  public boolean forbids(Scope scope) {
    return hasStar()
        ? text.length() - 1 == scope.parent().length() && text.startsWith(scope.parent())
        : text.equals(scope.text());
  }

  @Override
  public String toString() {
    return text;
  }
}
