package dev.postern.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.TrustSettings;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import dev.postern.policy.source.YamlNode;
import dev.postern.policy.source.YamlReader;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} has exactly the fields there are, and its example can be used. */
class ConfigDocsTest {
  private static final Path DOCS = Path.of("../docs/configuration.md");
  private static final Pattern NAME = Pattern.compile("`([A-Za-z0-9.]+)`");

  /** Keys under these are names that users choose, or tools. */
  private static final Set<String> FREE = Set.of("targets.labels", "targets.endpoints");

  /** Fields as the types have them: records nest, all else is a field. */
  private static Set<String> declared() {
    var fields = new TreeSet<String>();
    declared(PosternConfig.class, "", fields);
    return fields;
  }

  private static void declared(Class<?> type, String prefix, Set<String> fields) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = prefix + component.getName();
      Class<?> inner = element(component.getGenericType());
      boolean section =
          inner.isRecord()
              && (inner.getName().startsWith(PosternConfig.class.getName())
                  || inner == TrustSettings.IdTokens.class)
              && inner.getRecordComponents().length > 0
              && inner != PosternConfig.Listener.class;
      if (section) {
        declared(inner, name + ".", fields);
      } else {
        fields.add(name);
      }
    }
  }

  private static Class<?> element(Type type) {
    return switch (type) {
      case Class<?> plain -> plain;
      case ParameterizedType generic
          when generic.getActualTypeArguments().length == 1
              && generic.getActualTypeArguments()[0] instanceof Class<?> inner ->
          inner;
      default -> Object.class;
    };
  }

  /** Fields as the tables' first columns have them; {@code .name} goes on from the one before. */
  private static Set<String> documented() throws Exception {
    var fields = new TreeSet<String>();
    for (String line : Files.readAllLines(DOCS, UTF_8)) {
      if (line.startsWith("| `")) {
        String cell = line.substring(1, line.indexOf(" |", 2));
        String before = "";
        for (Matcher name = NAME.matcher(cell); name.find(); ) {
          String field = name.group(1);
          if (field.startsWith(".")) {
            field = before.substring(0, before.lastIndexOf('.')) + field;
          }
          fields.add(field);
          before = field;
        }
      }
    }
    return fields;
  }

  private static boolean isSection(String name, Set<String> fields) {
    return fields.stream().anyMatch(field -> field.startsWith(name + "."));
  }

  @Test
  void docs_haveEveryField_andNoOther() throws Exception {
    Set<String> declared = declared();
    declared.add("policyBundle.allowUnsigned"); // stands in the types as a bundle without keys
    Set<String> documented = documented();
    assertThat(documented).containsAll(declared);
    documented.removeIf(name -> isSection(name, declared));
    assertThat(documented).isEqualTo(declared);
  }

  /** The types have what the loader takes: a file with every field of theirs is usable. */
  @Test
  void loader_takesEveryField() {
    var issues = new Issues();
    YamlNode root =
        YamlReader.readOne(
                SourceFile.copyOf("complete.yaml", ConfigLoaderTest.COMPLETE.getBytes(UTF_8)),
                issues)
            .orElseThrow();
    var written = new TreeSet<String>();
    written(root, "", written);
    Set<String> declared = declared();
    declared.removeIf(name -> name.startsWith("policyBundle.")); // excludes `policies`
    assertThat(written).isEqualTo(declared);
    assertThat(
            ConfigLoader.load(
                Path.of("/etc/postern.yaml"), ConfigLoaderTest.COMPLETE.getBytes(UTF_8)))
        .isInstanceOf(LoadedConfig.Usable.class);
  }

  private static void written(YamlNode node, String name, Set<String> fields) {
    switch (node) {
      case YamlNode.Mapping mapping when !mapping.entries().isEmpty() && !FREE.contains(name) ->
          mapping
              .entries()
              .forEach(
                  entry ->
                      written(
                          entry.value(),
                          (name.isEmpty() ? "" : name + ".") + entry.key().text(),
                          fields));
      case YamlNode.Sequence list when list.items().getFirst() instanceof YamlNode.Mapping ->
          list.items().forEach(item -> written(item, name, fields));
      default -> fields.add(name);
    }
  }

  @Test
  void example_canBeUsed() throws Exception {
    String docs = Files.readString(DOCS);
    int from = docs.indexOf("```yaml\n") + "```yaml\n".length();
    String example = docs.substring(from, docs.indexOf("```", from));
    assertThat(ConfigLoader.load(Path.of("/etc/postern.yaml"), example.getBytes(UTF_8)))
        .isInstanceOf(LoadedConfig.Usable.class);
  }
}
