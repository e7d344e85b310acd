package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.Suggestion;
import dev.postern.policy.source.YamlMapping.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names that rules use, and where, until all files are read and it is known which are declared.
 */
final class References {
  private static final int MAX_PLACES_KEPT = 20;

  /** What a name stands for. */
  enum Kind {
    REFERENCE_VALUES("P110", "reference values"),
    GROUP("P115", "group"),
    LABEL("P114", "label"),
    LABEL_VALUE("P114", "label value"),
    SCOPE_FAMILY("P104", "scope family");

    private final String code;
    private final String words;

    Kind(String code, String words) {
      this.code = code;
      this.words = words;
    }
  }

  private record Name(Kind kind, String within, String text) {}

  private final Map<Name, List<Place>> uses = new HashMap<>();

  /** Notes that a name is used. */
  void use(Kind kind, Text text) {
    use(kind, "", text);
  }

  /** Notes that a label's value is used. */
  void useValue(String label, Text value) {
    use(Kind.LABEL_VALUE, label, value);
  }

  private void use(Kind kind, String within, Text text) {
    List<Place> places =
        uses.computeIfAbsent(new Name(kind, within, text.value()), k -> new ArrayList<>(1));
    if (places.size() < MAX_PLACES_KEPT) {
      places.add(text.place());
    }
  }

  boolean uses(Kind kind, String text) {
    return uses.containsKey(new Name(kind, "", text));
  }

  /** Reports the names of a kind that are not among those declared. */
  void requireDeclared(Kind kind, Collection<String> declared, Issues issues) {
    requireDeclared(kind, "", declared, issues);
  }

  /** Reports the values of a label that are not among those declared. */
  void requireValues(String label, Collection<String> declared, Issues issues) {
    requireDeclared(Kind.LABEL_VALUE, label, declared, issues);
  }

  private void requireDeclared(
      Kind kind, String within, Collection<String> declared, Issues issues) {
    var sorted = new TreeSet<>(declared);
    var unknown = new TreeMap<String, List<Place>>();
    uses.forEach(
        (name, places) -> {
          if (name.kind() == kind
              && name.within().equals(within)
              && !sorted.contains(name.text())) {
            unknown.put(name.text(), places);
          }
        });
    unknown.forEach(
        (text, places) -> {
          for (Place place : places) {
            Issue issue =
                Issue.error(
                        kind.code,
                        place,
                        "unknown %s `%s`%s"
                            .formatted(
                                kind.words, text, within.isEmpty() ? "" : " of `" + within + "`"))
                    .suggesting(Suggestion.nearest(text, sorted));
            issues.add(
                sorted.isEmpty() || sorted.size() > 20
                    ? issue
                    : issue.noting("declared: " + String.join(", ", sorted)));
          }
        });
  }
}
