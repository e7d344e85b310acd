package dev.postern.policy.bundle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.policy.bundle.BundleRefused.Why;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A tar of plain files (POSIX ustar), written the same for the same files: no times, no owners,
 * mode 0644. Read strictly: plain files with ASCII names, each once, and nothing after the end.
 */
final class Tar {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int PREFIX_BYTES = 155;
  private static final int MAX_FILES = 20_000;
  private static final int CHECKSUM_AT = 148;

  private Tar() {}

  /** Writes the files in their order. */
  static byte[] write(Map<String, byte[]> files) throws BundleRefused {
    var out = new ByteArrayOutputStream();
    for (var file : files.entrySet()) {
      out.writeBytes(header(file.getKey(), file.getValue().length));
      out.writeBytes(file.getValue());
      out.writeBytes(new byte[padding(file.getValue().length)]);
    }
    out.writeBytes(new byte[2 * BLOCK]);
    return out.toByteArray();
  }

  private static int padding(int length) {
    return (BLOCK - length % BLOCK) % BLOCK;
  }

  private static byte[] header(String path, int size) throws BundleRefused {
    byte[] header = new byte[BLOCK];
    String name = path;
    String prefix = "";
    if (path.length() > NAME_BYTES) {
      // ustar: what does not fit the name goes to the prefix, cut at a slash
      int slash = path.indexOf('/', path.length() - NAME_BYTES - 1);
      if (slash < 1 || slash > PREFIX_BYTES) {
        throw new BundleRefused(Why.PATH, "the path `" + path + "` is too long for a bundle");
      }
      prefix = path.substring(0, slash);
      name = path.substring(slash + 1);
    }
    put(header, 0, name);
    put(header, 100, "0000644\0");
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 124, "%011o\0".formatted(size));
    put(header, 136, "00000000000\0");
    header[156] = '0';
    put(header, 257, "ustar\00000");
    put(header, 345, prefix);
    put(header, CHECKSUM_AT, "%06o\0 ".formatted(checksum(header)));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** The sum of the header's bytes, those of the checksum counted as blanks. */
  private static int checksum(byte[] header) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? ' ' : header[i] & 0xff;
    }
    return sum;
  }

  /** Reads every file. */
  static Map<String, byte[]> read(byte[] tar) throws BundleRefused {
    var files = new LinkedHashMap<String, byte[]>();
    int at = 0;
    while (true) {
      if (tar.length - at < BLOCK) {
        throw malformed("ends in the middle");
      }
      byte[] header = Arrays.copyOfRange(tar, at, at + BLOCK);
      at += BLOCK;
      if (isZero(header, 0)) {
        if (!isZero(tar, at)) {
          throw malformed("has something after its end");
        }
        return files;
      }
      if (checksum(header) != octal(header, CHECKSUM_AT, 8)) {
        throw malformed("has a header whose checksum is wrong");
      }
      String path = path(header);
      if (header[156] != '0' && header[156] != 0) {
        throw new BundleRefused(
            Why.NOT_A_FILE, "`" + path + "` is a link, a folder or a device, not a plain file");
      }
      long size = octal(header, 124, 12);
      if (size > tar.length - at) {
        throw malformed("ends in the middle of `" + path + "`");
      }
      if (files.size() == MAX_FILES) {
        throw malformed("has more than " + MAX_FILES + " files");
      }
      if (files.put(path, Arrays.copyOfRange(tar, at, at + (int) size)) != null) {
        throw new BundleRefused(Why.DUPLICATE, "`" + path + "` is in the bundle twice");
      }
      at += (int) size + padding((int) size);
    }
  }

  private static boolean isZero(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static String path(byte[] header) throws BundleRefused {
    String prefix = text(header, 345, PREFIX_BYTES);
    String name = text(header, 0, NAME_BYTES);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static String text(byte[] header, int from, int length) throws BundleRefused {
    int end = from;
    while (end < from + length && header[end] != 0) {
      if (header[end] < 0x20 || header[end] > 0x7e) {
        throw new BundleRefused(Why.PATH, "a path has a character that is not printable ASCII");
      }
      end++;
    }
    return new String(header, from, end - from, US_ASCII);
  }

  private static long octal(byte[] header, int from, int length) throws BundleRefused {
    long value = 0;
    for (int i = from; i < from + length && header[i] != 0 && header[i] != ' '; i++) {
      if (header[i] < '0' || header[i] > '7') {
        throw malformed("has a number that is not octal");
      }
      value = value * 8 + (header[i] - '0');
    }
    return value;
  }

  private static BundleRefused malformed(String what) {
    return new BundleRefused(Why.MALFORMED, "the tar " + what);
  }
}
