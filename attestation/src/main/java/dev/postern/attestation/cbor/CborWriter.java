package dev.postern.attestation.cbor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBool;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborNull;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.cbor.CborValue.CborText;
import java.io.ByteArrayOutputStream;

/** Writes CBOR in definite lengths and shortest forms, map entries in their order. */
public final class CborWriter {
  private CborWriter() {}

  /** The encoding of one item. */
  public static byte[] write(CborValue value) {
    var out = new ByteArrayOutputStream();
    append(value, out);
    return out.toByteArray();
  }

  private static void append(CborValue value, ByteArrayOutputStream out) {
    switch (value) {
      case CborInt(long number) -> head(number < 0 ? 1 : 0, number < 0 ? -1 - number : number, out);
      case CborBytes(var octets) -> {
        head(2, octets.length(), out);
        out.writeBytes(octets.toByteArray());
      }
      case CborText(String text) -> {
        byte[] utf8 = text.getBytes(UTF_8);
        head(3, utf8.length, out);
        out.writeBytes(utf8);
      }
      case CborArray(var elements) -> {
        head(4, elements.size(), out);
        elements.forEach(element -> append(element, out));
      }
      case CborMap(var entries) -> {
        head(5, entries.size(), out);
        entries.forEach(
            (key, entry) -> {
              append(key, out);
              append(entry, out);
            });
      }
      case CborTag(long tag, CborValue tagged) -> {
        head(6, tag, out);
        append(tagged, out);
      }
      case CborBool(boolean bool) -> out.write(bool ? 0xf5 : 0xf4);
      case CborNull nothing -> out.write(0xf6);
    }
  }

  private static void head(int major, long argument, ByteArrayOutputStream out) {
    int width =
        argument < 24
            ? 0
            : argument < 1L << 8 ? 1 : argument < 1L << 16 ? 2 : argument < 1L << 32 ? 4 : 8;
    int info = width == 0 ? (int) argument : 24 + Integer.numberOfTrailingZeros(width);
    out.write(major << 5 | info);
    for (int i = width - 1; i >= 0; i--) {
      out.write((int) (argument >> (8 * i)));
    }
  }
}
