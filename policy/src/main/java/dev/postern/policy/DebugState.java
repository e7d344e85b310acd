package dev.postern.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How far an attested machine's debug facilities are off (EAT {@code dbgstat}, RFC 9711 §4.2.9);
 * later constants are stricter. What is absent or unknown is {@link #ENABLED}.
 */
public enum DebugState {
  ENABLED("enabled"),
  DISABLED("disabled"),
  DISABLED_SINCE_BOOT("disabled-since-boot"),
  DISABLED_PERMANENTLY("disabled-permanently"),
  DISABLED_FULLY_AND_PERMANENTLY("disabled-fully-and-permanently");

  private final String word;

  DebugState(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Optional<DebugState> of(String word) {
    return Arrays.stream(values()).filter(state -> state.word.equals(word)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).map(DebugState::word).toList();
  }
}
