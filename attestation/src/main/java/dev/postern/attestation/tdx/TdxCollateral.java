package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_MISSING;

import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.X509Reader;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What Intel publishes about a platform, unverified: TCB info, QE identity, revocation lists and
 * the chains that signed them.
 *
 * <p>Comes as one JSON document (members {@code tcb_info}, {@code qe_identity}, {@code
 * root_ca_crl}, {@code pck_crl}, their signatures and issuer chains), or as Intel's responses, CRLs
 * and chains, a file each, in any order. There may be several TCB infos, one for each kind of
 * platform, and several issues of one document.
 */
public record TdxCollateral(
    List<SignedJson> tcbInfos,
    List<SignedJson> qeIdentities,
    List<X509CRL> crls,
    List<X509Certificate> issuers) {
  private static final int MAX_FILES = 64;

  public TdxCollateral {
    tcbInfos = List.copyOf(tcbInfos);
    qeIdentities = List.copyOf(qeIdentities);
    crls = List.copyOf(crls);
    issuers = List.copyOf(issuers);
  }

  /** Reads collateral files; without any, or without a required part, refuses. */
  public static TdxCollateral parse(List<byte[]> files) throws Refused {
    if (files.size() > MAX_FILES) {
      throw new Refused(ATT_COLLATERAL_INVALID, "more than " + MAX_FILES + " collateral files");
    }
    var parts = new Parts();
    for (byte[] file : files) {
      try {
        parts.add(file);
      } catch (Refused malformed) {
        throw new Refused(ATT_COLLATERAL_INVALID, malformed.detail());
      }
    }
    if (parts.tcbInfos.isEmpty()) {
      throw new Refused(ATT_COLLATERAL_MISSING, "no TDX TCB info was given");
    }
    if (parts.qeIdentities.isEmpty()) {
      throw new Refused(ATT_COLLATERAL_MISSING, "no QE identity was given");
    }
    return new TdxCollateral(parts.tcbInfos, parts.qeIdentities, parts.crls, parts.issuers);
  }

  private static final class Parts {
    private final List<SignedJson> tcbInfos = new ArrayList<>();
    private final List<SignedJson> qeIdentities = new ArrayList<>();
    private final List<X509CRL> crls = new ArrayList<>();
    private final List<X509Certificate> issuers = new ArrayList<>();

    void add(byte[] file) throws Refused {
      if (firstVisible(file) == '{') {
        addJson(file);
        return;
      }
      X509Reader.Content content = X509Reader.content(unhexed(file), "collateral file");
      crls.addAll(content.crls());
      issuers.addAll(content.certificates());
    }

    private void addJson(byte[] file) throws Refused {
      JsonObject json;
      try {
        json = JsonReader.readObject(file, JsonLimits.DOCUMENT);
      } catch (JsonException malformed) {
        throw Refused.malformed("collateral: " + malformed.getMessage());
      }
      if (json.has("tcb_info")) {
        addBundle(json);
        return;
      }
      Optional<SignedJson> tcb = SignedJson.ofResponse(file, json, "tcbInfo");
      Optional<SignedJson> qe = SignedJson.ofResponse(file, json, "enclaveIdentity");
      if (tcb.isEmpty() && qe.isEmpty()) {
        throw Refused.malformed("collateral JSON of an unknown kind");
      }
      tcb.ifPresent(tcbInfos::add);
      qe.ifPresent(qeIdentities::add);
    }

    private void addBundle(JsonObject json) throws Refused {
      tcbInfos.add(signed(json, "tcb_info"));
      qeIdentities.add(signed(json, "qe_identity"));
      crls.add(X509Reader.crl(hexOrPem(string(json, "root_ca_crl")), "root CA CRL"));
      crls.add(X509Reader.crl(hexOrPem(string(json, "pck_crl")), "PCK CRL"));
      for (String name :
          List.of("pck_crl_issuer_chain", "tcb_info_issuer_chain", "qe_identity_issuer_chain")) {
        issuers.addAll(X509Reader.certificates(ascii(string(json, name)), name));
      }
    }

    private static SignedJson signed(JsonObject json, String name) throws Refused {
      return SignedJson.of(
          string(json, name).getBytes(StandardCharsets.UTF_8),
          string(json, name + "_signature"),
          name);
    }

    private static String string(JsonObject json, String name) throws Refused {
      Optional<String> value = json.string(name);
      if (value.isEmpty()) {
        throw Refused.malformed("collateral lacks " + name);
      }
      return value.get();
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] hexOrPem(String text) throws Refused {
      return unhexed(ascii(text));
    }

    /** Bytes that may be written as hex; DER and PEM never look like hex digits alone. */
    private static byte[] unhexed(byte[] file) throws Refused {
      String text = new String(file, StandardCharsets.ISO_8859_1).strip();
      if (!text.matches("[0-9A-Fa-f]++")) {
        return file;
      }
      try {
        return HexFormat.of().parseHex(text);
      } catch (IllegalArgumentException odd) {
        throw Refused.malformed("collateral has an odd number of hex digits");
      }
    }

    private static int firstVisible(byte[] file) {
      for (byte b : file) {
        if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
          return b;
        }
      }
      return -1;
    }
  }
}
