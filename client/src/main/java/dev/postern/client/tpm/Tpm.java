package dev.postern.client.tpm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.attestation.Digests;
import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.tpm.TpmPublic;
import dev.postern.attestation.tpm.TpmSignature;
import dev.postern.json.JsonValue.JsonObject;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A TPM 2.0 as a maker of Evidence and a holder of one signing key.
 *
 * <p>The attestation key is a restricted P-256 key in the endorsement hierarchy, the signing key an
 * unrestricted one in the owner hierarchy; both are fixed to the TPM. Hierarchies that have a
 * password are not served. A connection is opened for each operation, and every key is flushed
 * after it.
 */
public final class Tpm {
  /** What a URI of a TPM, or of its signing key, starts with. */
  public static final String SCHEME = "tpm:";

  private static final int OWNER = 0x40000001;
  private static final int ENDORSEMENT = 0x4000000b;
  private static final int NULL_HIERARCHY = 0x40000007;
  private static final int ALG_SHA256 = 0x000b;
  private static final int ALG_NULL = 0x0010;
  private static final int ALG_ECDSA = 0x0018;
  private static final int ALG_ECC = 0x0023;
  private static final int P256 = 0x0003;

  /** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, sign. */
  private static final int SIGNING = 0x00040072;

  private static final int RESTRICTED = 0x00010000;
  private static final int PCRS = 24;
  private static final int HASH_CHECK = 0x8024;

  private final String uri;

  public Tpm(String uri) {
    this.uri = uri;
  }

  /** The public area of the attestation key, TPMT_PUBLIC. */
  public byte[] attestationKey() throws TpmFailure {
    try (TpmConnection tpm = TpmConnection.open(uri);
        Loaded key = Loaded.attestationKey(tpm)) {
      return key.publicArea().toByteArray();
    }
  }

  /**
   * The TPM's signing key. Signing with it throws {@link UncheckedIOException} if the TPM fails.
   */
  public SigningKey signingKey() throws TpmFailure {
    try (TpmConnection tpm = TpmConnection.open(uri);
        Loaded key = Loaded.signingKey(tpm)) {
      PublicJwk jwk = PublicJwk.ofSpki(parsed(key).key().getEncoded());
      return SigningKey.external(jwk, this::sign);
    } catch (JwkException e) {
      throw new TpmFailure("the TPM's signing key is no key that is taken: " + e.getMessage(), e);
    }
  }

  /**
   * Evidence for a key, as `cmw` and `--evidence` take it.
   *
   * @param extraData what the quote is over
   * @param pcrs of the SHA-256 bank
   * @param certify whether the TPM's signing key is certified in the same breath
   */
  public JsonObject evidence(byte[] extraData, SortedSet<Integer> pcrs, boolean certify)
      throws TpmFailure {
    try (TpmConnection tpm = TpmConnection.open(uri);
        Loaded attestation = Loaded.attestationKey(tpm)) {
      var claims =
          new Claims()
              .put("ak_public", attestation.publicArea())
              .put("tpm_quote", quote(tpm, attestation, extraData, pcrs));
      if (certify) {
        try (Loaded signing = Loaded.signingKey(tpm)) {
          claims.put("certify", certification(tpm, attestation, signing, extraData));
        }
      }
      return claims.toJson();
    }
  }

  private static JsonObject quote(
      TpmConnection tpm, Loaded key, byte[] extraData, SortedSet<Integer> pcrs) throws TpmFailure {
    TpmCommand.Response answer =
        new TpmCommand("Quote", 0x158)
            .authorized(key.handle())
            .sized(extraData)
            .u16(ALG_NULL)
            .bytes(selection(pcrs))
            .run(tpm);
    var signed = Signed.read(answer);
    var values = new Claims();
    read(tpm, pcrs).forEach((pcr, value) -> values.put(String.valueOf(pcr), value));
    return signed.toClaims().put("pcrs", values.toJson()).toJson();
  }

  private static JsonObject certification(
      TpmConnection tpm, Loaded attestation, Loaded signing, byte[] extraData) throws TpmFailure {
    TpmCommand.Response answer =
        new TpmCommand("Certify", 0x148)
            .authorized(signing.handle())
            .authorized(attestation.handle())
            .sized(extraData)
            .u16(ALG_NULL)
            .run(tpm);
    return Signed.read(answer).toClaims().put("public", signing.publicArea()).toJson();
  }

  /** An attestation structure and its TPMT_SIGNATURE, as Quote and Certify return them. */
  private record Signed(Octets message, Octets signature) {
    static Signed read(TpmCommand.Response answer) throws TpmFailure {
      int length = answer.u32();
      int end = answer.position() + length;
      byte[] message = answer.sized();
      return new Signed(Octets.copyOf(message), Octets.copyOf(answer.rest(end)));
    }

    Claims toClaims() {
      return new Claims().put("message", message).put("signature", signature);
    }
  }

  private static Map<Integer, Octets> read(TpmConnection tpm, SortedSet<Integer> pcrs)
      throws TpmFailure {
    var values = new LinkedHashMap<Integer, Octets>();
    // a TPM answers with as many as it likes; one at a time is always answered
    for (int pcr : pcrs) {
      TpmCommand.Response answer =
          new TpmCommand("PCR_Read", 0x17e).bytes(selection(new TreeSet<>(List.of(pcr)))).run(tpm);
      answer.u32(); // update counter
      int banks = answer.u32();
      for (int i = 0; i < banks; i++) {
        answer.u16();
        answer.bytes(answer.bytes(1)[0]);
      }
      if (answer.u32() != 1) {
        throw new TpmFailure("the TPM has no PCR " + pcr + " in a SHA-256 bank");
      }
      values.put(pcr, Octets.copyOf(answer.sized()));
    }
    return values;
  }

  /** TPML_PCR_SELECTION of the SHA-256 bank. */
  private static byte[] selection(SortedSet<Integer> pcrs) {
    byte[] bitmap = new byte[PCRS / 8];
    for (int pcr : pcrs) {
      bitmap[pcr / 8] |= (byte) (1 << pcr % 8);
    }
    return ByteBuffer.allocate(10)
        .putInt(1)
        .putShort((short) ALG_SHA256)
        .put((byte) bitmap.length)
        .put(bitmap)
        .array();
  }

  private byte[] sign(byte[] input) {
    try (TpmConnection tpm = TpmConnection.open(uri);
        Loaded key = Loaded.signingKey(tpm)) {
      TpmCommand.Response answer =
          new TpmCommand("Sign", 0x15d)
              .authorized(key.handle())
              .sized(Digests.sha256(input))
              .u16(ALG_NULL)
              .u16(HASH_CHECK)
              .u32(NULL_HIERARCHY)
              .u16(0)
              .run(tpm);
      int length = answer.u32();
      return TpmSignature.parse(answer.rest(answer.position() + length)).bytes().toByteArray();
    } catch (TpmFailure e) {
      throw new UncheckedIOException(e);
    } catch (Refused e) {
      throw new UncheckedIOException(new TpmFailure("TPM2_Sign: " + e.detail(), e));
    }
  }

  private static TpmPublic parsed(Loaded key) throws TpmFailure {
    try {
      return TpmPublic.parse(key.publicArea().toByteArray());
    } catch (Refused e) {
      throw new TpmFailure("the TPM's key is none that is taken: " + e.detail(), e);
    }
  }

  /** A key in the TPM's memory until it is closed. */
  private record Loaded(TpmConnection tpm, int handle, Octets publicArea) implements AutoCloseable {
    static Loaded attestationKey(TpmConnection tpm) throws TpmFailure {
      return primary(tpm, ENDORSEMENT, SIGNING | RESTRICTED, "postern attestation key 1");
    }

    static Loaded signingKey(TpmConnection tpm) throws TpmFailure {
      return primary(tpm, OWNER, SIGNING, "postern signing key 1");
    }

    /** The hierarchy's key of this template: the same every time, as long as its seed lives. */
    private static Loaded primary(TpmConnection tpm, int hierarchy, int attributes, String label)
        throws TpmFailure {
      byte[] unique = Digests.sha256(label);
      byte[] template =
          ByteBuffer.allocate(24 + unique.length)
              .putShort((short) ALG_ECC)
              .putShort((short) ALG_SHA256)
              .putInt(attributes)
              .putShort((short) 0) // no policy
              .putShort((short) ALG_NULL) // no symmetric algorithm
              .putShort((short) ALG_ECDSA)
              .putShort((short) ALG_SHA256)
              .putShort((short) P256)
              .putShort((short) ALG_NULL) // no key derivation
              .putShort((short) unique.length)
              .put(unique)
              .putShort((short) 0)
              .array();
      TpmCommand.Response answer =
          new TpmCommand("CreatePrimary", 0x131)
              .authorized(hierarchy)
              .sized(new byte[4]) // no password, no data
              .sized(template)
              .u16(0)
              .u32(0)
              .run(tpm);
      int handle = answer.u32();
      answer.u32(); // length of the parameters
      return new Loaded(tpm, handle, Octets.copyOf(answer.sized()));
    }

    @Override
    public void close() throws TpmFailure {
      new TpmCommand("FlushContext", 0x165).u32(handle).run(tpm);
    }
  }

  /**
   * The bytes of a challenge as the quote's {@code extraData} needs them, with the key's
   * thumbprint.
   */
  public static byte[] extraData(String challenge, SigningKey key) {
    byte[] text = challenge.getBytes(US_ASCII);
    byte[] thumbprint = key.thumbprint().bytes();
    return Digests.sha256(
        ByteBuffer.allocate(text.length + thumbprint.length).put(text).put(thumbprint).array());
  }
}
