package dev.postern.policy.source;

import java.util.List;

/** A node of a YAML document, with the place where it stands. */
public sealed interface YamlNode {
  /** Where it stands. */
  Place place();

  /** What it is, for messages: {@code a list}, {@code the number 30}. */
  String described();

  /**
   * A scalar.
   *
   * @param text its value, unescaped
   * @param plain whether it stood without quotes, so that its text decides its type
   */
  record Scalar(String text, boolean plain, Place place) implements YamlNode {
    @Override
    public String described() {
      String shown = text.length() > 60 ? text.substring(0, 57) + "..." : text;
      return switch (type()) {
        case NULL -> "nothing";
        case BOOL -> "the boolean `" + shown + "`";
        case NUMBER -> "the number `" + shown + "`";
        case STRING -> "the string `" + shown + "`";
      };
    }

    /** What YAML 1.2's core schema takes it for. */
    public ScalarType type() {
      return plain ? PlainScalar.typeOf(text) : ScalarType.STRING;
    }
  }

  /** A list. */
  record Sequence(List<YamlNode> items, Place place) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String described() {
      return "a list";
    }
  }

  /** A mapping; its keys are scalars, no two alike. */
  record Mapping(List<Entry> entries, Place place) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String described() {
      return "a mapping";
    }
  }

  /** One key and its value. */
  record Entry(Scalar key, YamlNode value) {}
}
