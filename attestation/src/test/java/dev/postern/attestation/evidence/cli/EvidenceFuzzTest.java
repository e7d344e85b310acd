package dev.postern.attestation.evidence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.upokecenter.cbor.CBORException;
import com.upokecenter.cbor.CBORObject;
import dev.postern.attestation.arm.CcaToken;
import dev.postern.attestation.arm.PsaToken;
import dev.postern.attestation.cbor.CborLimits;
import dev.postern.attestation.cbor.CborReader;
import dev.postern.attestation.cbor.CborWriter;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.nitro.NitroDocument;
import dev.postern.attestation.snp.SnpEvidence;
import dev.postern.attestation.tdx.TdxCollateral;
import dev.postern.attestation.tdx.TdxEvidence;
import dev.postern.attestation.tpm.AzureEvidence;
import dev.postern.attestation.tpm.TpmEvidence;
import dev.postern.attestation.tpm.TpmPublic;
import dev.postern.attestation.tpm.TpmSignature;
import dev.postern.attestation.x509.X509Reader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Readers refuse by their own exception, whatever they are given. */
class EvidenceFuzzTest {
  /** A reader under test. */
  private interface Reader {
    Object read(byte[] bytes) throws Refused;
  }

  private static void readOrRefuse(byte @Nullable [] bytes, Reader reader) {
    if (bytes == null) {
      return;
    }
    try {
      assertThat(reader.read(bytes)).isNotNull();
    } catch (Refused refused) {
      assertThat(refused.detail()).isNotEmpty();
    }
  }

  @FuzzTest(maxDuration = "10s")
  void cbor_anything_isReadAsASecondLibraryReadsItOrRefused(byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    byte[] again;
    try {
      again = CborWriter.write(CborReader.read(bytes, CborLimits.EVIDENCE));
    } catch (Refused refused) {
      return;
    }
    assertThat(again).isEqualTo(bytes);
    try {
      assertThat(CBORObject.DecodeFromBytes(bytes)).isNotNull();
    } catch (CBORException disagrees) {
      throw new AssertionError("the second library refuses what ours took", disagrees);
    }
  }

  @FuzzTest(maxDuration = "10s")
  void nitro_anything_isReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, NitroDocument::parse);
  }

  @FuzzTest(maxDuration = "10s")
  void snp_anything_isReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, SnpEvidence::parse);
  }

  @FuzzTest(maxDuration = "10s")
  void tdx_anything_isReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, TdxEvidence::quote);
  }

  @FuzzTest(maxDuration = "10s")
  void collateral_anything_isReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, file -> TdxCollateral.parse(List.of(file)));
  }

  @FuzzTest(maxDuration = "10s")
  void tpm_anything_isReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, TpmEvidence::parse);
    readOrRefuse(bytes, TpmPublic::parse);
    readOrRefuse(bytes, TpmSignature::parse);
  }

  @FuzzTest(maxDuration = "10s")
  void arm_anything_isReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, PsaToken::parse);
    readOrRefuse(bytes, CcaToken::parse);
  }

  @FuzzTest(maxDuration = "10s")
  void azure_anything_isReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, AzureEvidence::parse);
  }

  @FuzzTest(maxDuration = "10s")
  void certificates_anything_areReadOrRefused(byte @Nullable [] bytes) {
    readOrRefuse(bytes, file -> X509Reader.content(file, "file"));
  }
}
