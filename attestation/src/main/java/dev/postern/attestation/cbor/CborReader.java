package dev.postern.attestation.cbor;

import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBool;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborNull;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/** Reads one complete CBOR item, strictly. Recursion is bounded by {@link CborLimits#depth}. */
public final class CborReader {
  private static final int FALSE = 20;
  private static final int TRUE = 21;
  private static final int NULL = 22;

  private final byte[] data;
  private final CborLimits limits;
  private int at;

  private CborReader(byte[] data, CborLimits limits) {
    this.data = data;
    this.limits = limits;
  }

  /** The one item that {@code data} is. */
  public static CborValue read(byte[] data, CborLimits limits) throws Refused {
    if (data.length > limits.bytes()) {
      throw Refused.malformed("CBOR longer than " + limits.bytes() + " bytes");
    }
    var reader = new CborReader(data, limits);
    CborValue value = reader.value(0);
    if (reader.at != data.length) {
      throw reader.malformed("bytes after the value");
    }
    return value;
  }

  /** An item that must be a map. */
  public static CborMap readMap(byte[] data, CborLimits limits) throws Refused {
    if (read(data, limits) instanceof CborMap map) {
      return map;
    }
    throw Refused.malformed("CBOR is not a map");
  }

  private CborValue value(int depth) throws Refused {
    require(1);
    int initial = data[at++] & 0xff;
    int major = initial >> 5;
    int info = initial & 31;
    if (major == 7) {
      return switch (info) {
        case FALSE -> new CborBool(false);
        case TRUE -> new CborBool(true);
        case NULL -> CborNull.NULL;
        default -> throw malformed("float, undefined or unknown simple value");
      };
    }
    long argument = argument(info);
    return switch (major) {
      case 0 -> new CborInt(argument);
      case 1 -> new CborInt(-1 - argument);
      case 2 -> {
        int from = take(argument);
        yield new CborBytes(Octets.copyOf(data, from, at));
      }
      case 3 -> new CborText(text(argument));
      case 4 -> array(argument, depth);
      case 5 -> map(argument, depth);
      default -> {
        enter(depth);
        if (!limits.tags().contains(argument)) {
          throw malformed("tag " + argument);
        }
        yield new CborTag(argument, value(depth + 1));
      }
    };
  }

  /** The argument of an item's head: definite, in its shortest form, below 2^63. */
  private long argument(int info) throws Refused {
    if (info < 24) {
      return info;
    }
    if (info > 27) {
      throw malformed(info == 31 ? "indefinite length" : "reserved additional information");
    }
    int width = 1 << (info - 24);
    require(width);
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | (data[at++] & 0xff);
    }
    long least = width == 1 ? 24 : 1L << (width * 4);
    if (value < 0) {
      throw malformed("integer of 2^63 or more");
    }
    if (value < least) {
      throw malformed("not in its shortest form");
    }
    return value;
  }

  private CborArray array(long size, int depth) throws Refused {
    requireEntries(size, depth, 1);
    var elements = new ArrayList<CborValue>((int) size);
    for (int i = 0; i < size; i++) {
      elements.add(value(depth + 1));
    }
    return new CborArray(elements);
  }

  private CborMap map(long size, int depth) throws Refused {
    requireEntries(size, depth, 2);
    var entries = new LinkedHashMap<CborValue, CborValue>();
    for (int i = 0; i < size; i++) {
      CborValue key = value(depth + 1);
      if (!(key instanceof CborInt) && !(key instanceof CborText)) {
        throw malformed("map key is neither an integer nor text");
      }
      if (entries.put(key, value(depth + 1)) != null) {
        throw malformed("a map key stands twice");
      }
    }
    return new CborMap(entries);
  }

  private void requireEntries(long size, int depth, int itemsEach) throws Refused {
    enter(depth);
    // every item takes a byte at least, so a size that cannot fit is refused before any allocation
    if (size > limits.entries() || size * itemsEach > data.length - at) {
      throw malformed("more entries than allowed or than bytes");
    }
  }

  private void enter(int depth) throws Refused {
    if (depth >= limits.depth()) {
      throw malformed("deeper than " + limits.depth());
    }
  }

  private String text(long length) throws Refused {
    int from = take(length);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(data, from, at - from))
          .toString();
    } catch (CharacterCodingException notUtf8) {
      throw malformed("text is not UTF-8");
    }
  }

  private int take(long length) throws Refused {
    require(length);
    int from = at;
    at += (int) length;
    return from;
  }

  private void require(long length) throws Refused {
    if (length > data.length - at) {
      throw malformed("ends where " + length + " more bytes should be");
    }
  }

  private Refused malformed(String why) {
    return Refused.malformed("CBOR at " + at + ": " + why);
  }
}
