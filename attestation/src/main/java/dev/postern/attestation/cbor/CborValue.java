package dev.postern.attestation.cbor;

import dev.postern.attestation.evidence.Octets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A CBOR value. Immutable; map order is that of the bytes. */
public sealed interface CborValue {
  /** An integer, major types 0 and 1, within a long. */
  record CborInt(long value) implements CborValue {}

  /** A byte string. */
  record CborBytes(Octets value) implements CborValue {}

  /** A text string, valid UTF-8. */
  record CborText(String value) implements CborValue {}

  /** An array. */
  record CborArray(List<CborValue> elements) implements CborValue {
    public CborArray {
      elements = List.copyOf(elements);
    }
  }

  /** A map with unique keys. */
  record CborMap(Map<CborValue, CborValue> entries) implements CborValue {
    public CborMap {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    public Optional<CborValue> get(long key) {
      return Optional.ofNullable(entries.get(new CborInt(key)));
    }

    public Optional<CborValue> get(String key) {
      return Optional.ofNullable(entries.get(new CborText(key)));
    }
  }

  /** A tagged value. */
  record CborTag(long tag, CborValue value) implements CborValue {}

  /** {@code true} or {@code false}. */
  record CborBool(boolean value) implements CborValue {}

  /** {@code null}. */
  enum CborNull implements CborValue {
    NULL
  }
}
