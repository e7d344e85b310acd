package dev.postern.policy.bundle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.policy.bundle.BundleManifest.Entry;
import dev.postern.policy.bundle.BundleRefused.Why;
import dev.postern.policy.source.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A policy bundle whose files are those its manifest lists, digest by digest. Whether it is to be
 * believed is {@link BundleTrust}'s to say. Immutable.
 */
public final class PolicyBundle {
  /** The largest bundle that is taken. */
  public static final int MAX_BYTES = 64 << 20;

  private static final String MANIFEST = "manifest.json";
  private static final String SIGNATURES = "manifest.jws";
  private static final int MAX_SIGNATURES = 16;

  private final byte[] manifestBytes;
  private final BundleManifest manifest;
  private final SortedMap<String, byte[]> files;
  private final List<String> signatures;

  private PolicyBundle(
      byte[] manifestBytes,
      BundleManifest manifest,
      SortedMap<String, byte[]> files,
      List<String> signatures) {
    this.manifestBytes = manifestBytes;
    this.manifest = manifest;
    this.files = files;
    this.signatures = List.copyOf(signatures);
  }

  /**
   * Puts policy files into a bundle that nobody has signed.
   *
   * @param files by their path in the bundle
   */
  public static PolicyBundle of(
      Map<String, byte[]> files,
      long revision,
      Instant created,
      Instant notAfter,
      Collection<String> gateways)
      throws BundleRefused {
    var sorted = new TreeMap<>(files);
    var entries = new ArrayList<Entry>();
    for (var file : sorted.entrySet()) {
      requirePolicyPath(file.getKey());
      entries.add(new Entry(file.getKey(), sha256(file.getValue())));
    }
    var manifest =
        new BundleManifest(revision, created, notAfter, new TreeSet<>(gateways), entries);
    return new PolicyBundle(manifest.toBytes(), manifest, sorted, List.of());
  }

  /** Reads a bundle from a file. */
  public static PolicyBundle open(Path file) throws BundleRefused, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      return open(bytes);
    }
  }

  /** Reads a bundle; everything in it must be as its manifest says. */
  public static PolicyBundle open(byte[] tar) throws BundleRefused {
    if (tar.length > MAX_BYTES) {
      throw new BundleRefused(Why.MALFORMED, "the bundle is larger than " + MAX_BYTES + " bytes");
    }
    var files = new TreeMap<>(Tar.read(tar));
    byte[] manifestBytes = files.remove(MANIFEST);
    if (manifestBytes == null) {
      throw new BundleRefused(Why.MALFORMED, "there is no `" + MANIFEST + "` in it");
    }
    byte[] signed = files.remove(SIGNATURES);
    BundleManifest manifest = BundleManifest.read(manifestBytes);
    var unlisted = new TreeSet<>(files.keySet());
    for (Entry entry : manifest.files()) {
      requirePolicyPath(entry.path());
      byte[] content = files.get(entry.path());
      if (content == null) {
        throw new BundleRefused(
            Why.FILES, "`" + entry.path() + "` is in the manifest and not in the bundle");
      }
      if (!sha256(content).equals(entry.sha256())) {
        throw new BundleRefused(
            Why.DIGEST, "`" + entry.path() + "` is not the file that the manifest lists");
      }
      unlisted.remove(entry.path());
    }
    if (!unlisted.isEmpty()) {
      throw new BundleRefused(
          Why.FILES, "`" + unlisted.first() + "` is in the bundle and not in the manifest");
    }
    return new PolicyBundle(
        manifestBytes, manifest, files, signed == null ? List.of() : signatures(signed));
  }

  private static List<String> signatures(byte[] signed) throws BundleRefused {
    List<String> lines = new String(signed, US_ASCII).lines().toList();
    if (lines.isEmpty() || lines.size() > MAX_SIGNATURES) {
      throw new BundleRefused(
          Why.MALFORMED, "`" + SIGNATURES + "` has not 1 to " + MAX_SIGNATURES + " signatures");
    }
    return lines;
  }

  private static void requirePolicyPath(String path) throws BundleRefused {
    boolean policy = path.endsWith(".yaml") || path.endsWith(".yml");
    for (String part : path.split("/", -1)) {
      // a part that begins with a dot is `..`, or hidden, and no policy file is hidden
      policy &= part.matches("[A-Za-z0-9_+@=,-][A-Za-z0-9_+@=,. -]*");
    }
    if (!policy) {
      throw new BundleRefused(
          Why.PATH,
          "`" + path + "` is no path of a policy file: relative, no `..`, ending in .yaml or .yml");
    }
  }

  /** This bundle with a signature more. */
  public PolicyBundle with(String detachedJws) {
    var more = new TreeSet<>(signatures);
    more.add(detachedJws);
    return new PolicyBundle(manifestBytes, manifest, files, List.copyOf(more));
  }

  /** The bundle's file: the same bytes for the same content. */
  public byte[] toBytes() throws BundleRefused {
    var all = new LinkedHashMap<String, byte[]>();
    all.put(MANIFEST, manifestBytes);
    if (!signatures.isEmpty()) {
      all.put(SIGNATURES, (String.join("\n", signatures) + "\n").getBytes(US_ASCII));
    }
    all.putAll(files);
    return Tar.write(all);
  }

  public BundleManifest manifest() {
    return manifest;
  }

  /** What signatures are over. */
  public byte[] manifestBytes() {
    return manifestBytes.clone();
  }

  /** SHA-256 of the manifest, hex: two bundles of the same content have the same. */
  public String digest() {
    return sha256(manifestBytes);
  }

  /** Detached compact JWS, not verified. */
  public List<String> signatures() {
    return signatures;
  }

  /** The policy files, by their path in the bundle. */
  public List<SourceFile> sources() {
    return files.entrySet().stream()
        .map(file -> SourceFile.copyOf(file.getKey(), file.getValue()))
        .toList();
  }

  /** A file's size in bytes; empty if it is not in the bundle. */
  public Optional<Integer> size(String path) {
    return Optional.ofNullable(files.get(path)).map(content -> content.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PolicyBundle that
        && Arrays.equals(manifestBytes, that.manifestBytes)
        && signatures.equals(that.signatures);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(manifestBytes);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
