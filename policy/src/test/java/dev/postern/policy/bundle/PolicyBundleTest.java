package dev.postern.policy.bundle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.policy.bundle.BundleRefused.Why;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading bundles, and each way to be refused. */
class PolicyBundleTest {
  private static final byte[] POLICY = Bundles.POLICY.getBytes(UTF_8);

  private static Why refusal(byte[] tar) {
    try {
      PolicyBundle.open(tar);
    } catch (BundleRefused refused) {
      return refused.why();
    }
    throw new AssertionError("was taken");
  }

  /** A tar of a good bundle's files, and some more or other ones. */
  private static byte[] tarWith(Map<String, byte[]> others) throws BundleRefused {
    var files = new LinkedHashMap<>(Tar.read(Bundles.signed(1).toBytes()));
    files.putAll(others);
    return Tar.write(files);
  }

  @Test
  void toBytes_sameFilesInAnyOrder_areTheSameBytes() throws BundleRefused {
    var files = new TreeMap<String, byte[]>();
    files.put("b/deep/er.yml", POLICY);
    files.put("a.yaml", new byte[1024]);
    var reversed = new LinkedHashMap<String, byte[]>();
    files.descendingMap().forEach(reversed::put);

    byte[] bytes = Bundles.of(1, files, "*").toBytes();

    assertThat(Bundles.of(1, reversed, "*").toBytes()).isEqualTo(bytes);
    PolicyBundle read = PolicyBundle.open(bytes);
    assertThat(read.toBytes()).isEqualTo(bytes);
    assertThat(read.sources()).hasSize(2);
    assertThat(read.manifest().revision()).isEqualTo(1);
  }

  @Test
  void toBytes_isWhatTarReads() throws Exception {
    String longName = "d".repeat(90) + "/" + "e".repeat(60) + "/policy.yaml";
    byte[] bytes =
        Bundles.of(1, Map.of("a.yaml", POLICY, longName, POLICY), "*").with("a..good").toBytes();

    var tar = new ProcessBuilder("tar", "-tf", "-").redirectErrorStream(true).start();
    try (var in = tar.getOutputStream()) {
      in.write(bytes);
    }

    assertThat(new String(tar.getInputStream().readAllBytes(), UTF_8).lines())
        .containsExactly("manifest.json", "manifest.jws", "a.yaml", longName);
    assertThat(tar.waitFor()).isZero();
    assertThat(PolicyBundle.open(bytes).size(longName)).contains(POLICY.length);
  }

  @Test
  void open_fileThatIsNotInTheManifest_isRefused() throws BundleRefused {
    assertThat(refusal(tarWith(Map.of("more.yaml", POLICY)))).isEqualTo(Why.FILES);
  }

  @Test
  void open_fileOfTheManifestMissing_isRefused() throws BundleRefused {
    var files = new LinkedHashMap<>(Tar.read(Bundles.signed(1).toBytes()));
    files.remove("shop.yaml");

    assertThat(refusal(Tar.write(files))).isEqualTo(Why.FILES);
  }

  @Test
  void open_fileChanged_isRefused() throws BundleRefused {
    assertThat(refusal(tarWith(Map.of("shop.yaml", "kind: x".getBytes(UTF_8)))))
        .isEqualTo(Why.DIGEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/a.yaml",
        "../a.yaml",
        "a/../b.yaml",
        "a//b.yaml",
        "./a.yaml",
        ".git/a.yaml",
        "a.txt",
        "a\\b.yaml",
        "a/.yaml",
        "..yaml"
      })
  void of_pathThatIsNone_isRefused(String path) {
    assertThatThrownBy(
            () -> PolicyBundle.of(Map.of(path, POLICY), 1, Bundles.NOW, Bundles.NOW, List.of("*")))
        .isInstanceOfSatisfying(BundleRefused.class, e -> assertThat(e.why()).isEqualTo(Why.PATH));
  }

  @Test
  void open_pathThatClimbs_isRefused() throws BundleRefused {
    byte[] manifest =
        """
        {"schema":"postern/policy-bundle/v1","revision":1,"created":"2026-11-23T14:00:00Z",
         "notAfter":"2026-11-24T14:00:00Z","gateways":["*"],
         "files":[{"path":"../a.yaml","sha256":"%s"}]}
        """
            .formatted("0".repeat(64))
            .getBytes(UTF_8);

    assertThat(refusal(Tar.write(Map.of("manifest.json", manifest)))).isEqualTo(Why.PATH);
  }

  @ParameterizedTest
  @ValueSource(chars = {'1', '2', '3', '5', '6', 'x', 'g', 'L'})
  void open_linkFolderOrDevice_isRefused(char type) throws BundleRefused {
    byte[] tar = Bundles.signed(1).toBytes();
    int header = indexOf(tar, "shop.yaml\0");
    tar[header + 156] = (byte) type;
    fixChecksum(tar, header);

    assertThat(refusal(tar)).isEqualTo(Why.NOT_A_FILE);
  }

  @Test
  void open_sameNameTwice_isRefused() throws BundleRefused {
    byte[] tar = Bundles.signed(1).toBytes();
    int header = indexOf(tar, "shop.yaml\0");
    byte[] entry = Arrays.copyOfRange(tar, header, tar.length - 1024);
    byte[] twice = new byte[tar.length + entry.length];
    System.arraycopy(tar, 0, twice, 0, tar.length - 1024);
    System.arraycopy(entry, 0, twice, tar.length - 1024, entry.length);

    assertThat(refusal(twice)).isEqualTo(Why.DUPLICATE);
  }

  @Test
  void open_cutAnywhere_isRefused() throws BundleRefused {
    byte[] tar = Bundles.signed(1).toBytes();

    for (int length = 0; length < tar.length - 512; length += 97) {
      byte[] cut = Arrays.copyOf(tar, length);
      assertThatThrownBy(() -> PolicyBundle.open(cut)).isInstanceOf(BundleRefused.class);
    }
  }

  @Test
  void open_somethingAfterTheEnd_isRefused() throws BundleRefused {
    byte[] tar = Bundles.signed(1).toBytes();
    byte[] longer = Arrays.copyOf(tar, tar.length + 512);
    longer[longer.length - 1] = 1;

    assertThat(refusal(longer)).isEqualTo(Why.MALFORMED);
  }

  // INVARIANT: no bit of a policy can be flipped without the manifest's being flipped too
  @Test
  void open_anyBitFlipped_isRefusedOrHasTheSamePolicies() throws BundleRefused {
    PolicyBundle good = Bundles.signed(1);
    byte[] tar = good.toBytes();
    for (int i = 0; i < tar.length; i++) {
      byte[] flipped = tar.clone();
      flipped[i] ^= 1;
      Optional<PolicyBundle> read;
      try {
        read = Optional.of(PolicyBundle.open(flipped));
      } catch (BundleRefused refused) {
        continue;
      }
      // what is left are padding, the manifest's own words, which signatures are over, and these
      assertThat(read.get().sources().getFirst().bytes()).isEqualTo(POLICY);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"schema\":\"postern/policy-bundle/v2\"}",
        "{\"schema\":\"postern/policy-bundle/v1\",\"revision\":0}",
        "{\"schema\":\"postern/policy-bundle/v1\",\"revision\":1,\"extra\":1}",
        "{\"schema\":\"postern/policy-bundle/v1\",\"revision\":1,\"gateways\":[],\"files\":[]}",
        "{\"schema\":\"postern/policy-bundle/v1\",\"revision\":1,\"gateways\":[\"*\"],\"files\":[]}"
      })
  void open_manifestThatIsNone_isRefused(String manifest) throws BundleRefused {
    byte[] tar = Tar.write(Map.of("manifest.json", manifest.getBytes(UTF_8)));

    assertThat(refusal(tar)).isEqualTo(Why.MALFORMED);
  }

  @Test
  void open_noManifest_isRefused() throws BundleRefused {
    assertThat(refusal(Tar.write(Map.of("shop.yaml", POLICY)))).isEqualTo(Why.MALFORMED);
  }

  private static int indexOf(byte[] tar, String text) {
    return new String(tar, ISO_8859_1).indexOf(text);
  }

  private static void fixChecksum(byte[] tar, int header) {
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += i >= 148 && i < 156 ? ' ' : tar[header + i] & 0xff;
    }
    byte[] text = "%06o\0 ".formatted(sum).getBytes(ISO_8859_1);
    System.arraycopy(text, 0, tar, header + 148, text.length);
  }
}
