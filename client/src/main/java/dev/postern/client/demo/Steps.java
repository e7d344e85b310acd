package dev.postern.client.demo;

import java.io.PrintStream;

/**
 * The demo's account of itself: a line a step, with a mark that says whether it went as it should.
 */
final class Steps {
  private final PrintStream out;
  private boolean allGood = true;

  Steps(PrintStream out) {
    this.out = out;
  }

  /** A step that went as it should. */
  void good(String what) {
    line("  ✓ " + what);
  }

  /** A step that did not; the demo's exit status will say so. */
  void bad(String what) {
    allGood = false;
    line("  ✗ " + what);
  }

  /** A step that went as it should exactly if {@code good}. */
  void check(boolean good, String what, String otherwise) {
    if (good) {
      good(what);
    } else {
      bad(what + ": " + otherwise);
    }
  }

  void heading(String text) {
    line("");
    line(text);
  }

  /** A line of a program's output, shown below a step. */
  void detail(String text) {
    line("      " + text);
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }

  boolean allGood() {
    return allGood;
  }
}
