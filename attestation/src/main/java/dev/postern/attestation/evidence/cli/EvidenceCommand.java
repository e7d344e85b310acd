package dev.postern.attestation.evidence.cli;

import dev.postern.attestation.arm.ArmKeys;
import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.EvidenceResult;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.results.ResultEvidence;
import dev.postern.attestation.results.ResultProfile;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code postern evidence verify}: bytes in, the verdict as JSON out. Whoever calls it reads the
 * files, knows the time, prints, and exits 0 for {@code valid}, 1 for {@code invalid}.
 */
public final class EvidenceCommand {
  /**
   * What was asked on the command line, files read.
   *
   * @param format the word after {@code --format}
   * @param nonce {@code --nonce}, bytes
   * @param reportData {@code --report-data}, bytes
   */
  public record Request(
      String format,
      EvidenceBundle.Blob evidence,
      List<EvidenceBundle.Blob> certificates,
      List<EvidenceBundle.Blob> collateral,
      List<EvidenceBundle.Blob> jwks,
      Optional<Octets> nonce,
      Optional<Octets> reportData) {
    public Request {
      certificates = List.copyOf(certificates);
      collateral = List.copyOf(collateral);
      jwks = List.copyOf(jwks);
    }
  }

  /** The verdict. */
  public record Verdict(boolean valid, JsonObject json) {}

  private final Pins pins;
  private final EvidenceRules rules;
  private final EvidenceEngine engine;
  private final ResultEvidence results;

  /** With the vendors' own roots and every family's safe defaults. */
  public EvidenceCommand() {
    this(Pins.builtIn());
  }

  /** With roots of a test. */
  EvidenceCommand(Pins pins) {
    this.pins = pins;
    this.rules = EvidenceRules.safe(pins.of(Pins.Root.GCE_TPM));
    this.engine = new EvidenceEngine(pins, rules);
    this.results = new ResultEvidence(pins, new ChainVerifier());
  }

  /** Words that {@code --format} takes. */
  public static List<String> formats() {
    var words = new ArrayList<String>();
    Arrays.stream(EvidenceFormat.values()).map(EvidenceFormat::word).forEach(words::add);
    Arrays.stream(ResultProfile.values()).map(ResultProfile::word).forEach(words::add);
    return words;
  }

  /** Whether {@code --format} takes this word. */
  public static boolean knows(String word) {
    return ResultProfile.of(word).isPresent() || EvidenceFormat.of(word).isPresent();
  }

  /** The verdict at {@code at}; empty if the format is not one of {@link #formats}. */
  public Optional<Verdict> verify(Request request, Instant at) {
    Optional<ResultProfile> profile = ResultProfile.of(request.format());
    if (profile.isPresent()) {
      return Optional.of(verdict(result(profile.get(), request, at)));
    }
    return EvidenceFormat.of(request.format())
        .map(
            format ->
                verdict(
                    switch (format) {
                      case PSA, CCA -> arm(format, request, at);
                      default -> raw(engine, format, request, request.certificates(), at);
                    }));
  }

  private static EvidenceResult raw(
      EvidenceEngine engine,
      EvidenceFormat format,
      Request request,
      List<EvidenceBundle.Blob> certificates,
      Instant at) {
    return engine.verify(
        new EvidenceBundle(format, request.evidence(), certificates, request.collateral()),
        new Expectations(request.nonce(), request.reportData()),
        at);
  }

  /** Arm's families have no vendor's root: the keys given, of whichever option, are believed. */
  private EvidenceResult arm(EvidenceFormat format, Request request, Instant at) {
    var files = new ArrayList<Octets>();
    request.jwks().forEach(file -> files.add(Octets.copyOf(file.toByteArray())));
    request.certificates().forEach(file -> files.add(Octets.copyOf(file.toByteArray())));
    try {
      var keys = ArmKeys.parse(files);
      if (keys.isEmpty()) {
        throw new Refused(EvidenceReason.ATT_VERIFIER_UNTRUSTED, "no key was given");
      }
      return raw(new EvidenceEngine(pins, rules.withArmKeys(keys)), format, request, List.of(), at);
    } catch (Refused refused) {
      return new EvidenceResult.Invalid(refused.reason(), refused.detail());
    }
  }

  private EvidenceResult result(ResultProfile profile, Request request, Instant at) {
    var jwks = new ArrayList<Octets>();
    request.jwks().forEach(file -> jwks.add(Octets.copyOf(file.toByteArray())));
    try {
      return new EvidenceResult.Valid(
          results.verify(profile, request.evidence().toByteArray(), jwks, request.nonce(), at));
    } catch (Refused refused) {
      return new EvidenceResult.Invalid(refused.reason(), refused.detail());
    } catch (RuntimeException unforeseen) {
      return new EvidenceResult.Invalid(
          EvidenceReason.ATT_MALFORMED, "unreadable: " + unforeseen.getClass().getSimpleName());
    }
  }

  private static Verdict verdict(EvidenceResult result) {
    return switch (result) {
      case EvidenceResult.Valid(var facts) ->
          new Verdict(
              true,
              new Claims()
                  .put("verdict", "valid")
                  .put("reason", JsonNull.NULL)
                  .put("claims", facts.claims())
                  .put("unchecked", JsonArray.ofStrings(facts.unchecked()))
                  .toJson());
      case EvidenceResult.Invalid(var reason, String detail) ->
          new Verdict(
              false,
              new Claims()
                  .put("verdict", "invalid")
                  .put("reason", reason.name())
                  .put("detail", detail)
                  .put("claims", JsonObject.EMPTY)
                  .put("unchecked", JsonArray.EMPTY)
                  .toJson());
    };
  }
}
