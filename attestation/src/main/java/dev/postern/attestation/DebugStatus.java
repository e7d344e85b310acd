package dev.postern.attestation;

import java.util.Optional;

/**
 * Whether an Attester's debug facilities were off when it produced Evidence (EAT {@code dbgstat}),
 * from worst to best.
 *
 * <p>Wire: JSON string. An absent claim is {@link #NOT_REPORTED} and is treated as {@link
 * #ENABLED}. A submodule's status says nothing about its parent's, nor the other way round.
 *
 * <p>Source: RFC 9711 §4.2.9.
 */
public enum DebugStatus {
  NOT_REPORTED(""),
  ENABLED("enabled"),
  DISABLED("disabled"),
  DISABLED_SINCE_BOOT("disabled-since-boot"),
  DISABLED_PERMANENTLY("disabled-permanently"),
  DISABLED_FULLY_AND_PERMANENTLY("disabled-fully-and-permanently");

  private final String wireName;

  DebugStatus(String wireName) {
    this.wireName = wireName;
  }

  /** The name on the wire; empty for {@link #NOT_REPORTED}. */
  public String wireName() {
    return wireName;
  }

  /** Whether this status is {@code least} or better. */
  public boolean atLeast(DebugStatus least) {
    return compareTo(least) >= 0;
  }

  /** The status of exactly this name; empty for any other text. */
  public static Optional<DebugStatus> ofWireName(String name) {
    for (DebugStatus status : values()) {
      if (status != NOT_REPORTED && status.wireName.equals(name)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }
}
