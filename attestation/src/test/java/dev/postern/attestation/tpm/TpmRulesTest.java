package dev.postern.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TestCa;
import dev.postern.attestation.x509.ChainVerifier;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One thing at a time broken in quotes and certifications of a TPM of our own. */
class TpmRulesTest {
  private static final long ATTESTATION = 0x00050072;
  private static final long BOUND = 0x00040072;
  private static final TestCa CA = TestCa.root("CN=TPM CA", "secp256r1");
  private static final KeyPair AK = TestCa.keys("secp256r1");
  private static final KeyPair OWN = TestCa.keys("secp256r1");
  private static final X509Certificate AK_CERTIFICATE = CA.leaf("CN=AK", AK.getPublic(), List.of());
  private static final Octets EXTRA = Octets.ofHex("5a".repeat(32));

  private byte[] magic = {(byte) 0xff, 0x54, 0x43, 0x47};
  private int type = 0x8018;
  private int bank = 0x000b;
  private byte[] bitmap = {3, 0, 0};
  private Map<Integer, Octets> pcrs = pcrValues(1);
  private Octets certifyExtra = EXTRA;
  private int certifyResets = 4;
  private long akAttributes = ATTESTATION;
  private long ownAttributes = BOUND;
  private KeyPair quoteSigner = AK;
  private KeyPair certifySigner = AK;

  private static Map<Integer, Octets> pcrValues(int fill) {
    var values = new LinkedHashMap<Integer, Octets>();
    for (int i = 0; i < 2; i++) {
      values.put(i, Octets.ofHex("0%d".formatted(fill).repeat(32)));
    }
    return values;
  }

  private static byte[] area(KeyPair keys, long attributes) {
    var point = ((ECPublicKey) keys.getPublic()).getW();
    ByteBuffer out = ByteBuffer.allocate(2 + 2 + 4 + 2 + 2 + 4 + 2 + 2 + 34 + 34);
    out.putShort((short) 0x0023).putShort((short) 0x000b).putInt((int) attributes);
    out.putShort((short) 0).putShort((short) 0x0010);
    out.putShort((short) 0x0018).putShort((short) 0x000b);
    out.putShort((short) 3).putShort((short) 0x0010);
    out.putShort((short) 32).put(fixed(point.getAffineX()));
    out.putShort((short) 32).put(fixed(point.getAffineY()));
    return out.array();
  }

  private static byte[] fixed(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] out = new byte[32];
    int length = Math.min(32, bytes.length);
    System.arraycopy(bytes, bytes.length - length, out, 32 - length, length);
    return out;
  }

  private static ByteBuffer head(byte[] magic, int type, Octets extra, int resets) {
    ByteBuffer out = ByteBuffer.allocate(512);
    out.put(magic).putShort((short) type);
    out.putShort((short) 4).put(new byte[] {0, 0xb, 1, 2});
    out.putShort((short) extra.length()).put(extra.toByteArray());
    return out.putLong(77).putInt(resets).putInt(1).put((byte) 1).putLong(9);
  }

  private static Octets done(ByteBuffer out) {
    var bytes = new byte[out.position()];
    out.flip().get(bytes);
    return Octets.copyOf(bytes);
  }

  private Octets quote() {
    ByteBuffer out = head(magic, type, EXTRA, 4);
    out.putInt(1).putShort((short) bank).put((byte) bitmap.length).put(bitmap);
    byte[] digest =
        Hashes.SHA256
            .of(pcrValues(1).values().stream().map(Octets::toByteArray).toArray(byte[][]::new))
            .toByteArray();
    return done(out.putShort((short) 32).put(digest));
  }

  private Octets certify(byte[] publicArea) {
    ByteBuffer out = head(magic, 0x8017, certifyExtra, certifyResets);
    byte[] digest = Hashes.SHA256.of(publicArea).toByteArray();
    out.putShort((short) 34).putShort((short) 0x000b).put(digest);
    return done(out.putShort((short) 0));
  }

  private static Octets signed(KeyPair keys, Octets message) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(keys.getPrivate());
      signer.update(message.toByteArray());
      byte[] rs = signer.sign();
      ByteBuffer out = ByteBuffer.allocate(4 + 34 + 34);
      out.putShort((short) 0x0018).putShort((short) 0x000b);
      out.putShort((short) 32).put(rs, 0, 32).putShort((short) 32).put(rs, 32, 32);
      return Octets.copyOf(out.array());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private TpmEvidence evidence() {
    byte[] own = area(OWN, ownAttributes);
    Octets quote = quote();
    Octets certification = certify(own);
    return new TpmEvidence(
        Optional.empty(),
        Optional.of(Octets.copyOf(area(AK, akAttributes))),
        Optional.of(Octets.copyOf(TestCa.der(AK_CERTIFICATE))),
        List.of(new TpmEvidence.Quote(quote, signed(quoteSigner, quote), pcrs)),
        Optional.of(
            new TpmEvidence.Certification(
                certification, signed(certifySigner, certification), Octets.copyOf(own))));
  }

  private EvidenceFacts verify() throws Refused {
    return verify(evidence(), Set.of(CA.pin()), List.of(CA.certificate()));
  }

  private static EvidenceFacts verify(
      TpmEvidence evidence, Set<Octets> pins, List<X509Certificate> pool) throws Refused {
    return TpmRules.SAFE.appraise(
        new TpmVerifier(pins, Set.of(), new ChainVerifier()).verify(evidence, pool, TestCa.NOW));
  }

  private EvidenceReason refusal() {
    return catchThrowableOfType(Refused.class, this::verify).reason();
  }

  @Test
  void genuine_isValid() throws Refused {
    EvidenceFacts facts = verify();
    assertThat(facts.measurements()).containsEntry("sha256-pcr1", "01".repeat(32));
    assertThat(facts.nonce()).contains(EXTRA);
    assertThat(facts.publicKey().orElseThrow())
        .isEqualTo(Octets.copyOf(OWN.getPublic().getEncoded()));
  }

  @Test
  void keyThatNobodyVouchesFor_isRefused() {
    TpmEvidence all = evidence();
    var bare =
        new TpmEvidence(
            all.akSpki(), all.akPublic(), Optional.empty(), all.quotes(), all.certification());
    assertThat(
            catchThrowableOfType(
                    Refused.class, () -> verify(bare, Set.of(CA.pin()), List.of(CA.certificate())))
                .reason())
        .isEqualTo(EvidenceReason.ATT_AK_UNTRUSTED);
    TestCa lookAlike = TestCa.root("CN=TPM CA", "secp256r1");
    assertThat(
            catchThrowableOfType(
                    Refused.class,
                    () -> verify(all, Set.of(lookAlike.pin()), List.of(lookAlike.certificate())))
                .reason())
        .isEqualTo(EvidenceReason.ATT_CHAIN_INVALID);
    assertThat(
            catchThrowableOfType(
                    Refused.class, () -> verify(all, Set.of(), List.of(CA.certificate())))
                .reason())
        .isEqualTo(EvidenceReason.ATT_CHAIN_INVALID);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x00040072, 0x00050070, 0x00050062, 0x00050052, 0x00010072, 0x00070072})
  void attestationKeyOfOtherAttributes_isRefused(long attributes) {
    akAttributes = attributes;
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_CONFIGURATION);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x00000072, 0x00040070, 0x00040062, 0x00040052})
  void certifiedKeyThatMayLeave_isRefused(long attributes) {
    ownAttributes = attributes;
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_CONFIGURATION);
  }

  @Test
  void structuresThatNoTpmMade_areRefused() {
    magic = new byte[] {(byte) 0xff, 0x54, 0x43, 0x48};
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_MALFORMED);
    magic = new byte[] {(byte) 0xff, 0x54, 0x43, 0x47};
    type = 0x8014;
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_EVIDENCE_UNSUPPORTED);
  }

  @Test
  void signaturesOfAnotherKey_areRefused() {
    quoteSigner = OWN;
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_SIG_INVALID);
    quoteSigner = AK;
    certifySigner = OWN;
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_SIG_INVALID);
  }

  @Test
  void certificationOfAnotherOccasion_isRefused() {
    certifyExtra = Octets.ofHex("5b".repeat(32));
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_KEY_MISMATCH);
    certifyExtra = EXTRA;
    certifyResets = 5;
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_KEY_MISMATCH);
  }

  @Test
  void certificationOfAnotherKey_isRefused() {
    TpmEvidence all = evidence();
    TpmEvidence.Certification own = all.certification().orElseThrow();
    var swapped =
        new TpmEvidence(
            all.akSpki(),
            all.akPublic(),
            all.akCertificate(),
            all.quotes(),
            Optional.of(
                new TpmEvidence.Certification(
                    own.message(),
                    own.signature(),
                    Octets.copyOf(area(TestCa.keys("secp256r1"), BOUND)))));
    assertThat(
            catchThrowableOfType(
                    Refused.class,
                    () -> verify(swapped, Set.of(CA.pin()), List.of(CA.certificate())))
                .reason())
        .isEqualTo(EvidenceReason.ATT_KEY_MISMATCH);
  }

  @Test
  void pcrs_areThoseOfTheQuote() {
    pcrs = pcrValues(2);
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_MEASUREMENT_MISMATCH);
    pcrs = Map.of(0, pcrValues(1).get(0));
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_MEASUREMENT_MISSING);
    pcrs = pcrValues(1);
    bitmap = new byte[] {0, 0, 0};
    assertThat(refusal()).isEqualTo(EvidenceReason.ATT_MEASUREMENT_MISSING);
    bitmap = new byte[] {3, 0, 0};
    bank = 0x0004;
    assertThat(refusal())
        .isIn(EvidenceReason.ATT_EVIDENCE_UNSUPPORTED, EvidenceReason.ATT_ALG_NOT_ALLOWED);
  }

  @Test
  void everyByteOfTheQuote_counts() {
    TpmEvidence all = evidence();
    TpmEvidence.Quote quote = all.quotes().getFirst();
    for (int i = 0; i < quote.message().length(); i++) {
      byte[] changed = quote.message().toByteArray();
      changed[i] ^= (byte) (1 << (i % 8));
      var quotes = new ArrayList<TpmEvidence.Quote>();
      quotes.add(new TpmEvidence.Quote(Octets.copyOf(changed), quote.signature(), quote.pcrs()));
      var broken =
          new TpmEvidence(
              all.akSpki(), all.akPublic(), all.akCertificate(), quotes, all.certification());
      assertThat(
              catchThrowableOfType(
                  Refused.class, () -> verify(broken, Set.of(CA.pin()), List.of(CA.certificate()))))
          .as("byte %d", i)
          .isNotNull();
    }
  }

  @Test
  void certificateOutOfItsTime_isRefused() {
    TpmEvidence all = evidence();
    var verifier = new TpmVerifier(Set.of(CA.pin()), Set.of(), new ChainVerifier());
    assertThat(
            catchThrowableOfType(
                    Refused.class,
                    () -> verifier.verify(all, List.of(CA.certificate()), TestCa.TO.plusSeconds(1)))
                .reason())
        .isEqualTo(EvidenceReason.ATT_EXPIRED);
  }
}
