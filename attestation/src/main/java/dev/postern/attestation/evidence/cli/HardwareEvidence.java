package dev.postern.attestation.evidence.cli;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_NONCE_MISMATCH;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.attestation.AttestationFacts;
import dev.postern.attestation.Challenges;
import dev.postern.attestation.DebugStatus;
import dev.postern.attestation.EvidenceVerifier;
import dev.postern.attestation.Reason;
import dev.postern.attestation.Verification;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.EvidenceResult;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Raw Evidence in a token's {@code cmw}, for admission: the engine's verdict, then the binding to
 * the caller's key and to a challenge of this gateway.
 *
 * <p>Records beside the Evidence are certificates and revocation lists ({@code
 * application/pkix-cert}, {@code application/pem-certificate-chain}, {@code application/pkix-crl}),
 * collateral ({@code application/vnd.postern.collateral}), and the challenge that the Evidence
 * answers ({@code application/vnd.postern.challenge}). Others refuse the whole. Evidence without a
 * challenge has no known age: it counts as made at the epoch, so that a policy's {@code maxAge}
 * never takes it; Nitro's carries its own time.
 */
public final class HardwareEvidence implements EvidenceVerifier {
  private static final String PREFIX = "application/vnd.postern.evidence.";
  private static final Set<String> CERTIFICATES =
      Set.of("application/pkix-cert", "application/pem-certificate-chain", "application/pkix-crl");
  private static final String COLLATERAL = "application/vnd.postern.collateral";
  private static final String CHALLENGE = "application/vnd.postern.challenge";
  private static final int MAX_CHALLENGE = 1024;
  private static final Duration UNDATED_LIFE = Duration.ofMinutes(5);

  private final Map<String, EvidenceFormat> byMediaType = new HashMap<>();
  private final EvidenceEngine engine;
  private final Optional<Challenges> challenges;
  private final List<EvidenceBundle.Blob> certificates;
  private final List<EvidenceBundle.Blob> collateral;

  /**
   * @param formats the families that configuration takes
   * @param challenges those of this gateway; without them Evidence with a challenge is refused
   * @param certificates files of the configuration, beside those that come with a token
   * @param collateral files of the configuration, used where a token brings none
   */
  public HardwareEvidence(
      EvidenceEngine engine,
      Set<EvidenceFormat> formats,
      Optional<Challenges> challenges,
      List<EvidenceBundle.Blob> certificates,
      List<EvidenceBundle.Blob> collateral) {
    this.engine = engine;
    this.challenges = challenges;
    this.certificates = List.copyOf(certificates);
    this.collateral = List.copyOf(collateral);
    for (EvidenceFormat format : formats) {
      byMediaType.put(mediaType(format), format);
    }
  }

  /** The media type of a family's Evidence in a {@code cmw}. */
  public static String mediaType(EvidenceFormat format) {
    return PREFIX + format.word();
  }

  @Override
  public Set<String> mediaTypes() {
    return Set.copyOf(byMediaType.keySet());
  }

  @Override
  public Appraisal verify(Item evidence, List<Item> others, Thumbprint key, Instant now) {
    try {
      return new Appraisal.Genuine(genuine(evidence, others, key, now));
    } catch (Refused refused) {
      return new Appraisal.Refused(denied(refused.reason(), refused.detail()));
    }
  }

  private AttestationFacts genuine(Item evidence, List<Item> others, Thumbprint key, Instant now)
      throws Refused {
    EvidenceFormat format = byMediaType.get(evidence.mediaType());
    if (format == null) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "media type of another verifier");
    }
    var certificateFiles = new ArrayList<>(certificates);
    var collateralFiles = new ArrayList<EvidenceBundle.Blob>();
    Optional<String> challenge = Optional.empty();
    for (Item other : others) {
      if (CERTIFICATES.contains(other.mediaType())) {
        certificateFiles.add(EvidenceBundle.Blob.copyOf(other.value()));
      } else if (other.mediaType().equals(COLLATERAL)) {
        collateralFiles.add(EvidenceBundle.Blob.copyOf(other.value()));
      } else if (other.mediaType().equals(CHALLENGE) && challenge.isEmpty()) {
        challenge = Optional.of(challenge(other.value()));
      } else {
        throw Refused.malformed("`cmw` has a record of an unknown kind beside the Evidence");
      }
    }
    if (challenge.isPresent()) {
      requireLive(challenge.get());
    }
    var bundle =
        new EvidenceBundle(
            format,
            EvidenceBundle.Blob.copyOf(evidence.value()),
            certificateFiles,
            collateralFiles.isEmpty() ? collateral : collateralFiles);
    EvidenceFacts facts =
        switch (engine.verify(bundle, Expectations.NONE, now)) {
          case EvidenceResult.Valid(EvidenceFacts valid) -> valid;
          case EvidenceResult.Invalid(EvidenceReason reason, String detail) ->
              throw new Refused(reason, detail);
        };
    new KeyBinding(key, challenge).require(format, facts);
    return toFacts(format, facts, challenge, now);
  }

  private static String challenge(byte[] value) throws Refused {
    if (value.length > MAX_CHALLENGE) {
      throw Refused.malformed("challenge longer than " + MAX_CHALLENGE + " bytes");
    }
    return new String(value, US_ASCII);
  }

  private void requireLive(String challenge) throws Refused {
    if (challenges.isEmpty()
        || challenges.get().check(challenge, Challenges.Purpose.ATTESTATION, "")
            != Challenges.Check.GOOD) {
      throw new Refused(ATT_NONCE_MISMATCH, "not a live attestation challenge of this gateway");
    }
  }

  private static AttestationFacts toFacts(
      EvidenceFormat format, EvidenceFacts facts, Optional<String> challenge, Instant now) {
    var measurements = new HashMap<String, List<String>>();
    facts.measurements().forEach((name, value) -> measurements.put(name, List.of(value)));
    Instant made = challenge.isPresent() ? now : Instant.EPOCH;
    JsonObject claims =
        facts
            .claims()
            .with(AttestationFacts.MACHINE, new JsonString(machine(format, facts.claims())));
    if (challenge.isPresent()) {
      claims = claims.with(AttestationFacts.CHALLENGE, new JsonString(challenge.get()));
    }
    boolean hardware = format != EvidenceFormat.TPM2;
    return new AttestationFacts(
        facts.profile(),
        "",
        instant(facts, "timestamp").orElse(made),
        instant(facts, "collateral_current_until")
            .or(() -> instant(facts, "certificate_not_after"))
            .orElse(now.plus(UNDATED_LIFE)),
        Optional.empty(),
        Optional.empty(),
        hardware ? DebugStatus.DISABLED_SINCE_BOOT : DebugStatus.NOT_REPORTED,
        measurements,
        facts.tcb(),
        Optional.of(model(format, facts)),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        false,
        challenge.isPresent(),
        claims.members());
  }

  private static String model(EvidenceFormat format, EvidenceFacts facts) {
    JsonObject claims = facts.claims();
    return switch (format) {
      case SEV_SNP -> "AMD " + claims.string("product").orElse("SEV-SNP");
      case TDX -> "Intel TDX";
      case NITRO -> "AWS Nitro Enclave";
      case AZURE_VTPM -> "Azure " + facts.profile().replace("azure-", "");
      case TPM2 -> "TPM 2.0";
      case PSA -> "Arm PSA";
      case CCA -> "Arm CCA";
    };
  }

  /** What tells this machine from others, as far as the family says. */
  private static String machine(EvidenceFormat format, JsonObject claims) {
    return switch (format) {
      case SEV_SNP ->
          claims.string("csp_id").isPresent()
              ? "csp:" + claims.string("csp_id").get()
              : "chip:" + claims.string("chip_id").orElse("");
      case TDX -> "fmspc:" + claims.string("fmspc").orElse("");
      case NITRO -> "enclave:" + claims.string("module_id").orElse("");
      case TPM2 -> "ak:" + claims.string("ak_spki_sha256").orElse("");
      case AZURE_VTPM -> "azure:" + hardwareMachine(claims);
      case PSA, CCA -> "instance:" + claims.string("instance_id").orElse("");
    };
  }

  private static String hardwareMachine(JsonObject claims) {
    JsonObject hardware = claims.object("hardware").orElse(JsonObject.EMPTY);
    return hardware.has("fmspc")
        ? machine(EvidenceFormat.TDX, hardware)
        : machine(EvidenceFormat.SEV_SNP, hardware);
  }

  private static Optional<Instant> instant(EvidenceFacts facts, String claim) {
    try {
      return facts.claims().string(claim).map(Instant::parse);
    } catch (DateTimeException notATime) {
      return Optional.empty();
    }
  }

  private static Verification.Denied denied(EvidenceReason reason, String detail) {
    return new Verification.Denied(Reason.valueOf(reason.name()), detail);
  }
}
