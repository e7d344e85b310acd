package dev.postern.wire.dlv;

/** Stands where the next commits of this package put the real thing. */
final class Unfinished {
  private Unfinished() {}

  static <T> T yet() {
    throw new UnsupportedOperationException("not yet");
  }
}
