package dev.postern.policy.cli;

import dev.postern.policy.source.YamlNode;
import dev.postern.policy.source.YamlNode.Entry;
import dev.postern.policy.source.YamlNode.Mapping;
import dev.postern.policy.source.YamlNode.Scalar;
import dev.postern.policy.source.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts a request together from parts: what comes later replaces what came before, key by key. */
final class NodeMerge {
  private NodeMerge() {}

  /** The mapping with its dotted keys, such as {@code target.labels.env}, spelled out. */
  static Mapping undotted(Mapping mapping) {
    Mapping result = new Mapping(List.of(), mapping.place());
    for (Entry entry : mapping.entries()) {
      YamlNode value = entry.value() instanceof Mapping nested ? undotted(nested) : entry.value();
      Scalar key = entry.key();
      int dot = key.text().lastIndexOf('.');
      while (dot > 0) {
        var last = new Scalar(key.text().substring(dot + 1), true, key.place());
        value = new Mapping(List.of(new Entry(last, value)), entry.value().place());
        key = new Scalar(key.text().substring(0, dot), true, key.place());
        dot = key.text().lastIndexOf('.');
      }
      result = merge(result, new Mapping(List.of(new Entry(key, value)), mapping.place()));
    }
    return result;
  }

  /**
   * Both mappings' entries; where both have a key, mappings merge and anything else is the
   * second's.
   */
  static Mapping merge(Mapping first, Mapping second) {
    Map<String, Entry> merged = new LinkedHashMap<>();
    first.entries().forEach(entry -> merged.put(entry.key().text(), entry));
    for (Entry entry : second.entries()) {
      Entry before = merged.get(entry.key().text());
      if (before != null
          && before.value() instanceof Mapping a
          && entry.value() instanceof Mapping b) {
        merged.put(entry.key().text(), new Entry(entry.key(), merge(a, b)));
      } else {
        merged.put(entry.key().text(), entry);
      }
    }
    return new Mapping(List.copyOf(merged.values()), second.place());
  }

  /** The node with every {@code {name}} in a string replaced by its value. */
  static YamlNode filled(YamlNode node, Map<String, String> values) {
    return switch (node) {
      case Scalar scalar -> {
        String text = scalar.text();
        for (var value : values.entrySet()) {
          text = text.replace("{" + value.getKey() + "}", value.getValue());
        }
        yield text.equals(scalar.text()) ? scalar : new Scalar(text, false, scalar.place());
      }
      case Sequence list ->
          new Sequence(
              list.items().stream().map(item -> filled(item, values)).toList(), list.place());
      case Mapping mapping -> {
        var entries = new ArrayList<Entry>();
        mapping
            .entries()
            .forEach(entry -> entries.add(new Entry(entry.key(), filled(entry.value(), values))));
        yield new Mapping(entries, mapping.place());
      }
    };
  }
}
