package dev.postern.attestation.evidence;

import java.util.Arrays;

/**
 * Reads fixed-layout binary structures front to back. Every read is checked against the end first;
 * a short structure is {@code ATT_MALFORMED} with its name and position.
 */
public final class ByteCursor {
  private final byte[] data;
  private final int end;
  private final String what;
  private int at;

  /**
   * @param what the structure's name, for details of refusals
   */
  public ByteCursor(byte[] data, String what) {
    this(data, 0, data.length, what);
  }

  private ByteCursor(byte[] data, int from, int end, String what) {
    this.data = data;
    this.at = from;
    this.end = end;
    this.what = what;
  }

  /** Position from the start of the array that was given, in bytes. */
  public int position() {
    return at;
  }

  public int remaining() {
    return end - at;
  }

  private int advance(long length) throws Refused {
    if (length < 0 || length > end - at) {
      throw Refused.malformed(
          what + " ends at " + end + " where " + length + " bytes at " + at + " should be");
    }
    int from = at;
    at += (int) length;
    return from;
  }

  public void skip(long length) throws Refused {
    int _ = advance(length);
  }

  /** The next {@code length} bytes as a structure of their own. */
  public ByteCursor nested(long length, String name) throws Refused {
    int from = advance(length);
    return new ByteCursor(data, from, at, name);
  }

  public byte[] bytes(long length) throws Refused {
    int from = advance(length);
    return Arrays.copyOfRange(data, from, at);
  }

  public Octets octets(long length) throws Refused {
    int from = advance(length);
    return Octets.copyOf(data, from, at);
  }

  public int u8() throws Refused {
    return data[advance(1)] & 0xff;
  }

  public int u16le() throws Refused {
    int from = advance(2);
    return (data[from] & 0xff) | (data[from + 1] & 0xff) << 8;
  }

  public int u16be() throws Refused {
    int from = advance(2);
    return (data[from] & 0xff) << 8 | (data[from + 1] & 0xff);
  }

  public long u32le() throws Refused {
    return u16le() | (long) u16le() << 16;
  }

  public long u32be() throws Refused {
    return (long) u16be() << 16 | u16be();
  }

  /** All 64 bits; values from 2^63 come out negative. */
  public long u64le() throws Refused {
    return u32le() | u32le() << 32;
  }

  /** All 64 bits; values from 2^63 come out negative. */
  public long u64be() throws Refused {
    return u32be() << 32 | u32be();
  }

  /** Requires the next {@code length} bytes to be zero. */
  public void reserved(long length, String field) throws Refused {
    int from = advance(length);
    for (int i = from; i < at; i++) {
      if (data[i] != 0) {
        throw Refused.malformed(what + ": reserved " + field + " is not zero at " + i);
      }
    }
  }

  /** Requires that nothing is left. */
  public void end() throws Refused {
    if (at != end) {
      throw Refused.malformed(what + ": " + (end - at) + " bytes after its end");
    }
  }
}
