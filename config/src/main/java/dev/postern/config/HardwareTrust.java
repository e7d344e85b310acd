package dev.postern.config;

import dev.postern.attestation.Challenges;
import dev.postern.attestation.EvidenceVerifier;
import dev.postern.attestation.arm.ArmKeys;
import dev.postern.attestation.arm.CcaRules;
import dev.postern.attestation.arm.PsaRules;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.cli.EvidenceBundle.Blob;
import dev.postern.attestation.evidence.cli.EvidenceEngine;
import dev.postern.attestation.evidence.cli.EvidenceFormat;
import dev.postern.attestation.evidence.cli.EvidenceRules;
import dev.postern.attestation.evidence.cli.HardwareEvidence;
import dev.postern.attestation.nitro.NitroRules;
import dev.postern.attestation.snp.SnpProduct;
import dev.postern.attestation.snp.SnpRules;
import dev.postern.attestation.tdx.TcbStatus;
import dev.postern.attestation.tdx.TdxRules;
import dev.postern.attestation.tpm.TpmEnrolment;
import dev.postern.attestation.tpm.TpmRules;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.X509Reader;
import dev.postern.config.PosternConfig.Hardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Raw Evidence that {@code trust.hardware} takes, with its files as they were read. A family that
 * it does not name is refused. The vendors' roots are no matter of configuration.
 */
public final class HardwareTrust {
  private static final int MAX_FILES = 256;
  private static final int MAX_FILE_BYTES = 1 << 20;

  private final Optional<Hardware> hardware;
  private final EvidenceEngine engine;
  private final Set<EvidenceFormat> formats;
  private final List<Blob> certificates;
  private final List<Blob> collateral;
  private final List<Stamp> stamps;

  /** A file as it was when it was read. */
  private record Stamp(Path path, long bytes, long modifiedMs) {}

  private HardwareTrust(
      Optional<Hardware> hardware,
      EvidenceEngine engine,
      Set<EvidenceFormat> formats,
      List<Blob> certificates,
      List<Blob> collateral,
      List<Stamp> stamps) {
    this.hardware = hardware;
    this.engine = engine;
    this.formats = Set.copyOf(formats);
    this.certificates = List.copyOf(certificates);
    this.collateral = List.copyOf(collateral);
    this.stamps = List.copyOf(stamps);
  }

  /**
   * Reads the files.
   *
   * @param roots the vendors' root keys; {@link Pins#builtIn} everywhere but in tests
   * @throws IOException if a file cannot be read or is not what it has to be; the message says so
   */
  public static HardwareTrust read(Optional<Hardware> hardware, Pins roots) throws IOException {
    List<Stamp> stamps = stamps(hardware);
    Set<EvidenceFormat> formats = EnumSet.noneOf(EvidenceFormat.class);
    var certificates = new ArrayList<Blob>();
    var collateral = new ArrayList<Blob>();
    Set<Octets> caPins = new HashSet<>();
    Set<Octets> enrolled = new HashSet<>();
    if (hardware.isPresent()) {
      if (hardware.get().sevSnp().isPresent()) {
        formats.add(EvidenceFormat.SEV_SNP);
        certificates.addAll(blobs(hardware.get().sevSnp().get().certificates()));
      }
      if (hardware.get().tdx().isPresent()) {
        formats.add(EvidenceFormat.TDX);
        collateral.addAll(blobs(hardware.get().tdx().get().collateral()));
      }
      if (hardware.get().sevSnp().isPresent() || hardware.get().tdx().isPresent()) {
        formats.add(EvidenceFormat.AZURE_VTPM); // judged by the rules of the hardware below it
      }
      if (hardware.get().nitro().isPresent()) {
        formats.add(EvidenceFormat.NITRO);
      }
      if (hardware.get().tpm2().isPresent()) {
        formats.add(EvidenceFormat.TPM2);
        for (Path file : files(hardware.get().tpm2().get().akCa())) {
          byte[] bytes = bytes(file);
          certificates.add(Blob.copyOf(bytes));
          caPins.addAll(pins(bytes, file));
        }
        for (Path file : files(hardware.get().tpm2().get().enrolled())) {
          enrolled.add(enrolled(file));
        }
      }
    }
    Optional<Hardware.ArmTokens> psa = hardware.flatMap(Hardware::psa);
    Optional<Hardware.ArmTokens> cca = hardware.flatMap(Hardware::cca);
    psa.ifPresent(present -> formats.add(EvidenceFormat.PSA));
    cca.ifPresent(present -> formats.add(EvidenceFormat.CCA));
    var rules =
        new EvidenceRules(
            snpRules(hardware.flatMap(Hardware::sevSnp)),
            tdxRules(hardware.flatMap(Hardware::tdx)),
            NitroRules.SAFE,
            TpmRules.SAFE,
            PsaRules.SAFE,
            CcaRules.SAFE,
            caPins,
            enrolled,
            armKeys(psa),
            armKeys(cca));
    return new HardwareTrust(
        hardware, new EvidenceEngine(roots, rules), formats, certificates, collateral, stamps);
  }

  /**
   * The verifiers for a token's {@code cmw}. What was verified once is remembered across calls.
   *
   * @param challenges of the gateway; without them Evidence over a challenge is refused
   */
  public List<EvidenceVerifier> verifiers(Optional<Challenges> challenges) {
    return formats.isEmpty()
        ? List.of()
        : List.of(new HardwareEvidence(engine, formats, challenges, certificates, collateral));
  }

  /** Whether the files still are what was read. */
  public boolean isCurrent() {
    try {
      return stamps.equals(stamps(hardware));
    } catch (IOException gone) {
      return false;
    }
  }

  private static List<Stamp> stamps(Optional<Hardware> hardware) throws IOException {
    var paths = new ArrayList<Path>();
    hardware.flatMap(Hardware::sevSnp).ifPresent(snp -> paths.addAll(snp.certificates()));
    hardware.flatMap(Hardware::tdx).ifPresent(tdx -> paths.addAll(tdx.collateral()));
    hardware
        .flatMap(Hardware::tpm2)
        .ifPresent(
            tpm -> {
              paths.addAll(tpm.akCa());
              paths.addAll(tpm.enrolled());
            });
    hardware.flatMap(Hardware::psa).ifPresent(psa -> paths.addAll(psa.keys()));
    hardware.flatMap(Hardware::cca).ifPresent(cca -> paths.addAll(cca.keys()));
    var stamps = new ArrayList<Stamp>();
    for (Path file : files(paths)) {
      stamps.add(new Stamp(file, Files.size(file), Files.getLastModifiedTime(file).toMillis()));
    }
    return stamps;
  }

  /** Files as they stand, and the files below folders in order of their names. */
  private static List<Path> files(List<Path> paths) throws IOException {
    var files = new ArrayList<Path>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new NoSuchFileException(path + " does not exist");
      }
      try (Stream<Path> below = Files.walk(path)) {
        below
            .filter(Files::isRegularFile)
            .filter(HardwareTrust::isVisible)
            .sorted()
            .forEach(files::add);
      }
    }
    if (files.size() > MAX_FILES) {
      throw new IOException("more than " + MAX_FILES + " files of certificates and collateral");
    }
    return files;
  }

  private static boolean isVisible(Path file) {
    return !String.valueOf(file.getFileName()).startsWith(".");
  }

  private static List<Blob> blobs(List<Path> paths) throws IOException {
    var blobs = new ArrayList<Blob>();
    for (Path file : files(paths)) {
      blobs.add(Blob.copyOf(bytes(file)));
    }
    return blobs;
  }

  private static byte[] bytes(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new IOException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
    }
    return Files.readAllBytes(file);
  }

  private static Set<Octets> pins(byte[] pem, Path file) throws IOException {
    try {
      var pins = new HashSet<Octets>();
      for (X509Certificate certificate : X509Reader.certificates(pem, file.toString())) {
        pins.add(ChainVerifier.spkiSha256(certificate));
      }
      return pins;
    } catch (Refused refused) {
      throw new IOException(refused.detail(), refused);
    }
  }

  private static Octets enrolled(Path file) throws IOException {
    try {
      return TpmEnrolment.parse(bytes(file)).attestationKey();
    } catch (Refused refused) {
      throw new IOException(file + ": " + refused.detail(), refused);
    }
  }

  private static ArmKeys armKeys(Optional<Hardware.ArmTokens> configured) throws IOException {
    var read = new ArrayList<Octets>();
    if (configured.isPresent()) {
      for (Path file : files(configured.get().keys())) {
        read.add(Octets.copyOf(bytes(file)));
      }
    }
    try {
      ArmKeys keys = ArmKeys.parse(read);
      if (configured.isPresent() && keys.isEmpty()) {
        throw new IOException(configured.get().keys() + " hold no key");
      }
      return keys;
    } catch (Refused refused) {
      throw new IOException(
          configured.map(Hardware.ArmTokens::keys).orElse(List.of()) + ": " + refused.detail(),
          refused);
    }
  }

  private static SnpRules snpRules(Optional<Hardware.SevSnp> configured) {
    var products = new HashSet<SnpProduct>();
    configured.ifPresent(
        snp -> snp.products().forEach(name -> SnpProduct.ofName(name).ifPresent(products::add)));
    SnpRules safe = SnpRules.SAFE;
    return new SnpRules(
        products,
        safe.highestVmpl(),
        safe.allowDebug(),
        safe.allowMigration(),
        safe.allowSmt(),
        safe.minimumTcb(),
        safe.knownPlatformBits());
  }

  private static TdxRules tdxRules(Optional<Hardware.Tdx> configured) {
    var statuses = new HashSet<TcbStatus>();
    configured.ifPresent(
        tdx -> tdx.tcbStatus().forEach(word -> TcbStatus.of(word).ifPresent(statuses::add)));
    TdxRules safe = TdxRules.SAFE;
    return new TdxRules(
        statuses,
        safe.lowestEvaluationNumber(),
        safe.allowDebug(),
        safe.allowMigration(),
        safe.requireSeptVeDisable(),
        safe.serviceTds());
  }
}
