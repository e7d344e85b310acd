package dev.postern.policy.source;

import dev.postern.policy.source.YamlNode.Entry;
import dev.postern.policy.source.YamlNode.Mapping;
import dev.postern.policy.source.YamlNode.Scalar;
import dev.postern.policy.source.YamlNode.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of one mapping's fields.
 *
 * <p>A field that is absent gives empty and no issue (see {@link #require}); one of a wrong type
 * gives empty and an issue. Every accessor makes its key known; {@link #finish} then reports all
 * keys that nothing asked for. Not for several threads.
 */
public final class YamlMapping {
  private static final int FEW = 16;

  private final Mapping node;
  private final Issues issues;
  private final List<String> known = new ArrayList<>();
  private final Optional<Map<String, Entry>> index;
  private boolean allKnown;

  private YamlMapping(Mapping node, Issues issues) {
    this.node = node;
    this.issues = issues;
    this.index =
        node.entries().size() <= FEW
            ? Optional.empty()
            : Optional.of(
                node.entries().stream().collect(Collectors.toMap(e -> e.key().text(), e -> e)));
  }

  private @Nullable Entry entry(String key) {
    if (index.isPresent()) {
      return index.get().get(key);
    }
    List<Entry> entries = node.entries();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).key().text().equals(key)) {
        return entries.get(i);
      }
    }
    return null;
  }

  private void know(String key) {
    if (!known.contains(key)) {
      known.add(key);
    }
  }

  /** A string and where it stands. */
  public record Text(String value, Place place) {
    @Override
    public String toString() {
      return value;
    }
  }

  /** The node as a mapping; an issue and empty if it is anything else. */
  public static Optional<YamlMapping> of(YamlNode node, Issues issues) {
    if (node instanceof Mapping mapping) {
      return Optional.of(new YamlMapping(mapping, issues));
    }
    issues.error("P016", node.place(), "expected a mapping, got " + node.described());
    return Optional.empty();
  }

  /** Where the whole mapping stands. */
  public Place place() {
    return node.place();
  }

  /** Where the key stands; the mapping's own place if it is absent. */
  public Place placeOf(String key) {
    Entry entry = entry(key);
    return entry == null ? node.place() : entry.key().place();
  }

  /** Where the value of the key stands; the mapping's own place if it is absent. */
  public Place valuePlaceOf(String key) {
    Entry entry = entry(key);
    return entry == null ? node.place() : entry.value().place();
  }

  /** Whether the key stands there, whatever its value. Makes the key known. */
  public boolean has(String key) {
    know(key);
    return entry(key) != null;
  }

  /** The keys in file order. For mappings whose keys are free; makes all of them known. */
  public List<Text> keys() {
    allKnown = true;
    return node.entries().stream()
        .map(entry -> new Text(entry.key().text(), entry.key().place()))
        .toList();
  }

  /** Reports each of these keys that is absent. */
  public void require(String... keys) {
    for (String key : keys) {
      if (!has(key)) {
        Place whole = node.place();
        var start =
            new Place(
                whole.source(), whole.line(), whole.column(), whole.line(), whole.column() + 1);
        issues.error("P015", start, "`" + key + "` is missing");
      }
    }
  }

  public Optional<YamlNode> node(String key) {
    know(key);
    return Optional.ofNullable(entry(key)).map(Entry::value);
  }

  public Optional<String> string(String key) {
    return text(key).map(Text::value);
  }

  /** A string with its place. */
  public Optional<Text> text(String key) {
    return node(key).flatMap(value -> string(value, "a string"));
  }

  public Optional<Boolean> bool(String key) {
    return node(key)
        .flatMap(
            value -> {
              if (value instanceof Scalar scalar && scalar.type() == ScalarType.BOOL) {
                return Optional.of(scalar.text().equalsIgnoreCase("true"));
              }
              return wrongType(value, "true or false");
            });
  }

  /** A whole number within the bounds, both included. */
  public Optional<Long> integer(String key, long least, long most) {
    return node(key)
        .flatMap(
            value -> {
              String expected = "a whole number from " + least + " to " + most;
              if (value instanceof Scalar scalar
                  && scalar.type() == ScalarType.NUMBER
                  && scalar.text().length() <= 19
                  && scalar.text().chars().skip(1).allMatch(c -> c >= '0' && c <= '9')
                  && scalar.text().charAt(0) != '.') {
                try {
                  long number = Long.parseLong(scalar.text());
                  if (number >= least && number <= most) {
                    return Optional.of(number);
                  }
                } catch (NumberFormatException e) {
                  return wrongType(value, expected);
                }
              }
              return wrongType(value, expected);
            });
  }

  /** A duration such as {@code 10m}. */
  public Optional<Duration> duration(String key) {
    String expected = "a duration such as 30m, 90s or 500ms";
    return node(key)
        .flatMap(
            value -> {
              if (value instanceof Scalar scalar && scalar.type() != ScalarType.NULL) {
                Optional<Duration> duration = Quantity.duration(scalar.text());
                if (duration.isPresent()) {
                  return duration;
                }
              }
              return wrongType(value, expected);
            });
  }

  /** A duration that must not be zero. */
  public Optional<Duration> positiveDuration(String key) {
    return duration(key)
        .filter(
            duration -> {
              if (duration.isZero()) {
                issues.error("P017", valuePlaceOf(key), "`" + key + "` must be more than zero");
                return false;
              }
              return true;
            });
  }

  /** A size in bytes such as {@code 256MiB}. */
  public Optional<Long> size(String key) {
    return node(key)
        .flatMap(
            value -> {
              if (value instanceof Scalar scalar && scalar.type() != ScalarType.NULL) {
                Optional<Long> size = Quantity.bytes(scalar.text());
                if (size.isPresent()) {
                  return size;
                }
              }
              return wrongType(value, "a size such as 256MiB");
            });
  }

  /** One of the given words, as the constant that it stands for. */
  public <E> Optional<E> oneOf(String key, Map<String, E> words) {
    return text(key)
        .flatMap(
            text -> {
              E constant = words.get(text.value());
              if (constant == null) {
                unknownWord("P017", "`" + key + "`", text, words.keySet());
              }
              return Optional.ofNullable(constant);
            });
  }

  /** A list of strings; absent gives an empty list. An empty list that is written is an issue. */
  public List<Text> strings(String key) {
    Optional<YamlNode> value = node(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!(value.get() instanceof Sequence list)) {
      wrongType(value.get(), "a list of strings");
      return List.of();
    }
    if (list.items().isEmpty()) {
      issues.error("P017", list.place(), "`" + key + "` is empty; leave it out or name something");
    }
    var strings = new ArrayList<Text>();
    for (YamlNode item : list.items()) {
      string(item, "a string").ifPresent(strings::add);
    }
    return List.copyOf(strings);
  }

  /** The nested mapping under the key. */
  public Optional<YamlMapping> mapping(String key) {
    return node(key).flatMap(value -> of(value, issues));
  }

  /** A list of mappings; absent gives an empty list. */
  public List<YamlMapping> mappings(String key) {
    Optional<YamlNode> value = node(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!(value.get() instanceof Sequence list)) {
      wrongType(value.get(), "a list of mappings");
      return List.of();
    }
    var mappings = new ArrayList<YamlMapping>();
    list.items().forEach(item -> of(item, issues).ifPresent(mappings::add));
    return List.copyOf(mappings);
  }

  /** Reports every key that no accessor asked for, with the likely one that was meant. */
  public void finish() {
    for (Entry entry : node.entries()) {
      String key = entry.key().text();
      if (!allKnown && !known.contains(key)) {
        var absent = known.stream().filter(word -> entry(word) == null).toList();
        issues.add(
            Issue.error("P014", entry.key().place(), "unknown field `" + key + "`")
                .suggesting(Suggestion.nearest(key, absent))
                .noting("fields here: " + String.join(", ", known)));
      }
    }
  }

  /** Reports a word that is none of the declared ones. */
  public void unknownWord(String code, String what, Text written, Collection<String> declared) {
    Collection<String> words = declared instanceof List ? declared : new TreeSet<>(declared);
    Issue issue =
        Issue.error(code, written.place(), "unknown %s `%s`".formatted(what, written.value()))
            .suggesting(Suggestion.nearest(written.value(), declared));
    issues.add(
        declared.isEmpty() || declared.size() > 20
            ? issue
            : issue.noting("expected one of " + String.join(", ", words)));
  }

  private Optional<Text> string(YamlNode value, String expected) {
    if (!(value instanceof Scalar scalar)) {
      return wrongType(value, expected);
    }
    if (scalar.type() != ScalarType.STRING) {
      if (scalar.type() != ScalarType.NULL) {
        issues.add(
            Issue.error(
                    "P016", value.place(), "expected " + expected + ", got " + value.described())
                .suggesting(Optional.of('"' + scalar.text() + '"')));
        return Optional.empty();
      }
      return wrongType(value, expected);
    }
    if (scalar.plain() && PlainScalar.isOtherIn11(scalar.text())) {
      issues.add(
          Issue.error(
                  "P013",
                  value.place(),
                  "`"
                      + scalar.text()
                      + "` without quotes is a boolean or a number to older YAML readers; quote it")
              .suggesting(Optional.of('"' + scalar.text() + '"')));
      return Optional.empty();
    }
    return Optional.of(new Text(scalar.text(), value.place()));
  }

  private <T> Optional<T> wrongType(YamlNode value, String expected) {
    issues.error("P016", value.place(), "expected " + expected + ", got " + value.described());
    return Optional.empty();
  }
}
