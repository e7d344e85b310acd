package dev.postern.policy;

import static dev.postern.policy.Policies.permitText;
import static dev.postern.policy.Policies.policy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.PolicyFolder.Poll;
import dev.postern.policy.source.Issue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFolderTest {
  @TempDir Path top;
  private Path folder = Path.of(".");

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectories(top.resolve("policies"));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static List<String> codes(Poll poll) {
    return poll instanceof Poll.Rejected(var issues)
        ? issues.stream().filter(Issue::isError).map(Issue::code).toList()
        : List.of("not rejected: " + poll);
  }

  @Test
  void poll_goodChange_replacesTheSet() throws IOException {
    write("a.yaml", policy("a", "permits", permitText("r", "")));
    PolicyFolder policies = PolicyFolder.of(List.of(folder));

    assertThat(policies.current()).isEmpty();
    assertThat(policies.poll()).isInstanceOf(Poll.Loaded.class);
    assertThat(policies.poll()).isInstanceOf(Poll.Unchanged.class);
    String before = policies.current().orElseThrow().digest();
    write("b.yaml", policy("b", "permits", permitText("r", "")));
    assertThat(policies.poll()).isInstanceOf(Poll.Loaded.class);
    assertThat(policies.current().orElseThrow().ruleCount()).isEqualTo(2);
    assertThat(policies.current().orElseThrow().digest()).isNotEqualTo(before);
  }

  @Test
  void poll_badChange_keepsTheLastGoodSetAndSaysSoOnce() throws IOException {
    write("a.yaml", policy("a", "permits", permitText("r", "")));
    PolicyFolder policies = PolicyFolder.of(List.of(folder));
    policies.poll();
    PolicySet good = policies.current().orElseThrow();

    write("a.yaml", "kind: [");
    assertThat(policies.poll()).isInstanceOf(Poll.Rejected.class);
    assertThat(policies.poll()).isInstanceOf(Poll.Unchanged.class);
    assertThat(policies.current()).contains(good);
  }

  @Test
  void poll_everyFileVanishes_keepsTheLastGoodSet() throws IOException {
    write("a.yaml", policy("a", "permits", permitText("r", "")));
    PolicyFolder policies = PolicyFolder.of(List.of(folder));
    policies.poll();

    Files.delete(folder.resolve("a.yaml"));

    assertThat(codes(policies.poll())).containsExactly("P100");
    assertThat(policies.current()).isPresent();
  }

  @Test
  void poll_filesNotAsTheManifestSays_areRejected() throws IOException {
    String text = policy("a", "permits", permitText("r", ""));
    write("a.yaml", text);
    String digest = FileDigests.sha256(text.getBytes(UTF_8));
    write("manifest.json", "{\"files\":[{\"path\":\"a.yaml\",\"sha256\":\"" + digest + "\"}]}");
    PolicyFolder policies = PolicyFolder.of(List.of(folder));
    assertThat(policies.poll()).isInstanceOf(Poll.Loaded.class);

    write("b.yaml", policy("b", "permits", permitText("r", "")));
    assertThat(codes(policies.poll())).containsExactly("P122");
    Files.delete(folder.resolve("b.yaml"));
    write("a.yaml", text + "# changed\n");
    assertThat(codes(policies.poll())).containsExactly("P122");
    Files.delete(folder.resolve("a.yaml"));
    assertThat(codes(policies.poll())).contains("P122");
    assertThat(policies.current()).isPresent();
  }

  @Test
  void poll_gitHoldsItsLock_waits() throws IOException {
    write("a.yaml", policy("a", "permits", permitText("r", "")));
    PolicyFolder policies = PolicyFolder.of(List.of(folder));
    policies.poll();
    Path lock = Files.createDirectories(top.resolve(".git")).resolve("index.lock");
    Files.createFile(lock);
    write("b.yaml", policy("b", "permits", permitText("r", "")));

    assertThat(policies.poll()).isInstanceOf(Poll.Unchanged.class);
    assertThat(policies.current().orElseThrow().ruleCount()).isEqualTo(1);
    Files.delete(lock);
    assertThat(policies.poll()).isInstanceOf(Poll.Loaded.class);
    assertThat(policies.current().orElseThrow().ruleCount()).isEqualTo(2);
  }

  @Test
  void poll_hiddenFolders_areNotRead() throws IOException {
    write("a.yaml", policy("a", "permits", permitText("r", "")));
    Files.createDirectories(folder.resolve(".git"));
    write(".git/b.yaml", "kind: [");

    assertThat(PolicyFolder.of(List.of(folder)).poll()).isInstanceOf(Poll.Loaded.class);
  }
}
