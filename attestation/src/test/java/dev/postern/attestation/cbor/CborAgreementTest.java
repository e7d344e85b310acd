package dev.postern.attestation.cbor;

import static org.assertj.core.api.Assertions.assertThat;

import com.upokecenter.cbor.CBORException;
import com.upokecenter.cbor.CBORObject;
import com.upokecenter.cbor.CBORType;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBool;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborNull;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.cose.CoseSign1;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A library that nobody here wrote reads CBOR and COSE as ours does. */
class CborAgreementTest {
  private static final int CASES = 4000;
  private static final long[] TAGS = {18, 61, 399};

  private final Random random = new Random(20261124);

  private CborValue value(int depth) {
    return switch (random.nextInt(depth > 4 ? 5 : 8)) {
      case 0 -> new CborInt(integer());
      case 1 -> new CborBytes(octets(random.nextInt(70)));
      case 2 -> new CborText(text());
      case 3 -> new CborBool(random.nextBoolean());
      case 4 -> CborNull.NULL;
      case 5 -> {
        var elements = new ArrayList<CborValue>();
        for (int i = random.nextInt(30); i > 0; i--) {
          elements.add(value(depth + 2));
        }
        yield new CborArray(elements);
      }
      case 6 -> {
        var entries = new LinkedHashMap<CborValue, CborValue>();
        for (int i = random.nextInt(30); i > 0; i--) {
          entries.put(
              random.nextBoolean() ? new CborInt(integer()) : new CborText(text()),
              value(depth + 2));
        }
        yield new CborMap(entries);
      }
      default -> new CborTag(TAGS[random.nextInt(TAGS.length)], value(depth + 1));
    };
  }

  /** Of every length of encoding, with the borders between them. */
  private long integer() {
    long magnitude = 1L << random.nextInt(63);
    long value = magnitude + random.nextInt(3) - 1;
    return random.nextBoolean() ? value : -1 - value;
  }

  private Octets octets(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Octets.copyOf(bytes);
  }

  private String text() {
    var out = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      out.appendCodePoint(random.nextInt(4) == 0 ? 0x1f600 + random.nextInt(16) : 0x61 + i);
    }
    return out.toString();
  }

  /** The same value in the other library's hands. */
  private static CBORObject other(CborValue value) {
    return switch (value) {
      case CborInt(long number) -> CBORObject.FromObject(number);
      case CborBytes(Octets octets) -> CBORObject.FromObject(octets.toByteArray());
      case CborText(String text) -> CBORObject.FromObject(text);
      case CborBool(boolean bool) -> CBORObject.FromObject(bool);
      case CborNull nothing -> CBORObject.Null;
      case CborArray(List<CborValue> elements) -> {
        CBORObject array = CBORObject.NewArray();
        elements.forEach(element -> array.Add(other(element)));
        yield array;
      }
      case CborMap map -> {
        CBORObject all = CBORObject.NewOrderedMap();
        map.entries().forEach((key, entry) -> all.set(other(key), other(entry)));
        yield all;
      }
      case CborTag(long tag, CborValue tagged) -> other(tagged).WithTag((int) tag);
    };
  }

  @Test
  void whatWeWrite_theOtherLibraryReadsAsTheSame() throws Refused {
    for (int i = 0; i < CASES; i++) {
      CborValue value = value(0);
      byte[] ours = CborWriter.write(value);
      assertThat(CBORObject.DecodeFromBytes(ours)).isEqualTo(other(value));
      assertThat(CborReader.read(ours, CborLimits.EVIDENCE)).isEqualTo(value);
    }
  }

  @Test
  void whatTheOtherLibraryWrites_weReadAsTheSame() throws Refused {
    for (int i = 0; i < CASES; i++) {
      CborValue value = value(0);
      byte[] theirs = other(value).EncodeToBytes();
      assertThat(CborReader.read(theirs, CborLimits.EVIDENCE)).isEqualTo(value);
    }
  }

  @Test
  void whatIsBroken_weNeverReadAndTheOtherRefuses() {
    for (int i = 0; i < CASES; i++) {
      byte[] bytes = CborWriter.write(value(0));
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      CborValue read;
      try {
        read = CborReader.read(bytes, CborLimits.EVIDENCE);
      } catch (Refused refused) {
        continue;
      }
      try {
        assertThat(CBORObject.DecodeFromBytes(bytes)).isEqualTo(other(read));
      } catch (CBORException disagrees) {
        throw new AssertionError("the other library refuses " + Octets.copyOf(bytes), disagrees);
      }
    }
  }

  @Test
  void signedBytesOfAMessage_areThoseOfTheOtherLibrary() throws Refused {
    for (int i = 0; i < CASES; i++) {
      CBORObject header = CBORObject.NewMap().Add(1, -7);
      for (int more = random.nextInt(4); more > 0; more--) {
        header.set(100 + more, CBORObject.FromObject(octets(8).toByteArray()));
      }
      byte[] payload = octets(random.nextInt(300)).toByteArray();
      CBORObject message =
          CBORObject.NewArray()
              .Add(header.EncodeToBytes())
              .Add(CBORObject.NewMap().Add(4, octets(4).toByteArray()))
              .Add(payload)
              .Add(octets(64).toByteArray());
      byte[] encoded = (random.nextBoolean() ? message : message.WithTag(18)).EncodeToBytes();
      CoseSign1 ours = CoseSign1.parse(encoded);
      byte[] theirs =
          CBORObject.NewArray()
              .Add("Signature1")
              .Add(header.EncodeToBytes())
              .Add(new byte[0])
              .Add(payload)
              .EncodeToBytes();
      assertThat(ours.signedBytes()).isEqualTo(theirs);
      assertThat(ours.payload()).isEqualTo(Octets.copyOf(payload));
      assertThat(ours.algorithm()).isEqualTo(CoseSign1.ES256);
      assertThat(message.getType()).isEqualTo(CBORType.Array);
    }
  }
}
