package dev.postern.gateway.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys as people keep them in PEM files.
 *
 * <p>Keys come as PKCS#8, as {@code EC PRIVATE KEY} (SEC 1) or as {@code RSA PRIVATE KEY} (PKCS#1);
 * the TLS library takes PKCS#8 only, so the other two are wrapped.
 */
public final class PemFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  /** SEQUENCE { rsaEncryption, NULL } (RFC 8017 §A.1). */
  private static final byte[] RSA_ALGORITHM = {
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /** OBJECT IDENTIFIER id-ecPublicKey (RFC 5480 §2.1.1). */
  private static final byte[] EC_PUBLIC_KEY = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };

  private static final byte[] VERSION_ZERO = {0x02, 0x01, 0x00};

  private PemFile() {}

  /** A file that is not what it should be; the message is for the person who configured it. */
  public static final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    PemException(String message) {
      super(message);
    }
  }

  /** Every certificate of the file, in its order; at least one. */
  public static List<X509Certificate> certificates(Path file) throws PemException {
    var certificates = new ArrayList<X509Certificate>();
    for (Block block : blocks(file)) {
      if (block.label().equals("CERTIFICATE")) {
        certificates.add(certificate(block.der(), file));
      }
    }
    if (certificates.isEmpty()) {
      throw new PemException("`" + file + "` holds no certificate");
    }
    return List.copyOf(certificates);
  }

  /** The one private key of the file. */
  public static PrivateKey privateKey(Path file) throws PemException {
    for (Block block : blocks(file)) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return key(block.der(), file);
        }
        case "EC PRIVATE KEY" -> {
          return key(pkcs8FromSec1(block.der(), file), file);
        }
        case "RSA PRIVATE KEY" -> {
          return key(der(0x30, VERSION_ZERO, RSA_ALGORITHM, der(0x04, block.der())), file);
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new PemException(
                "`" + file + "` is encrypted, expected a key without passphrase");
        default -> {}
      }
    }
    throw new PemException(
        "`"
            + file
            + "` holds no private key, expected PRIVATE KEY, EC PRIVATE KEY or RSA PRIVATE KEY");
  }

  /** One certificate from DER. */
  static X509Certificate certificate(byte[] der, Object source) throws PemException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException e) {
      throw new PemException("`" + source + "` holds a certificate that cannot be read");
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  private record Block(String label, byte[] der) {}

  private static List<Block> blocks(Path file) throws PemException {
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new PemException("`" + file + "` is larger than 1 MiB");
      }
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new PemException("cannot read `" + file + "`: " + reason(e));
    }
    var blocks = new ArrayList<Block>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      try {
        blocks.add(
            new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2).strip())));
      } catch (IllegalArgumentException e) {
        throw new PemException(
            "`" + file + "` holds a " + matcher.group(1) + " that is not base64");
      }
    }
    return blocks;
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException ? "no such file" : e.toString();
  }

  private static PrivateKey key(byte[] pkcs8, Path file) throws PemException {
    return key(pkcs8, "EC")
        .or(() -> key(pkcs8, "RSA"))
        .or(() -> key(pkcs8, "EdDSA"))
        .orElseThrow(
            () ->
                new PemException(
                    "`" + file + "` holds a private key that is not EC, RSA or Ed25519"));
  }

  private static Optional<PrivateKey> key(byte[] pkcs8, String algorithm) {
    try {
      return Optional.of(
          KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
    } catch (GeneralSecurityException ofAnotherAlgorithm) {
      return Optional.empty();
    }
  }

  /**
   * Wraps an ECPrivateKey (RFC 5915 §3) into a PrivateKeyInfo: its {@code [0] parameters} become
   * the algorithm's.
   */
  private static byte[] pkcs8FromSec1(byte[] sec1, Path file) throws PemException {
    try {
      int body = contentStart(sec1, 0);
      int at = body;
      while (at < sec1.length) {
        int content = contentStart(sec1, at);
        int length = contentLength(sec1, at);
        if ((sec1[at] & 0xff) == 0xa0) {
          byte[] parameters = java.util.Arrays.copyOfRange(sec1, content, content + length);
          return der(0x30, VERSION_ZERO, der(0x30, EC_PUBLIC_KEY, parameters), der(0x04, sec1));
        }
        at = content + length;
      }
    } catch (ArrayIndexOutOfBoundsException truncated) {
      throw new PemException("`" + file + "` holds an EC PRIVATE KEY that is cut short");
    }
    throw new PemException("`" + file + "` holds an EC PRIVATE KEY that does not name its curve");
  }

  private static int contentStart(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int contentLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f) && i < 3; i++) {
      length = (length << 8) | (der[at + 2 + i] & 0xff);
    }
    return length;
  }

  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length >= 0x80) {
      int bytes = length > 0xffff ? 3 : length > 0xff ? 2 : 1;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(length >> (8 * i));
      }
    } else {
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
