package dev.postern.policy.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.policy.source.YamlNode.Entry;
import dev.postern.policy.source.YamlNode.Mapping;
import dev.postern.policy.source.YamlNode.Scalar;
import dev.postern.policy.source.YamlNode.Sequence;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads YAML 1.2, strictly.
 *
 * <p>Refused, each with its place: more than 1 MiB, text that is not UTF-8, a byte order mark, tabs
 * as indentation, characters that reorder or hide text, anchors, aliases, tags, directives, merge
 * keys, keys that are not scalars or stand twice, nesting deeper than 32. Nothing is thrown: what
 * is wrong is an {@link Issue}.
 */
public final class YamlReader {
  /** Largest file, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  /** Deepest nesting of lists and mappings. */
  public static final int MAX_DEPTH = 32;

  private static final int MAX_DUPLICATES_REPORTED = 20;

  private final SourceText source;
  private final Issues issues;
  private final ParserImpl events;

  private YamlReader(SourceText source, Issues issues) {
    this.source = source;
    this.issues = issues;
    var settings =
        LoadSettings.builder()
            .setLabel(source.path())
            .setUseMarks(true)
            .setCodePointLimit(MAX_BYTES + 1)
            .setVersionFunction(version -> new SpecVersion(1, 2))
            .build();
    this.events = new ParserImpl(settings, new StreamReader(settings, source.text()));
  }

  /** A private way out of the parser: the issue has been added, this text cannot be read on. */
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;

    private Unreadable() {
      super(null, null, false, false);
    }
  }

  /**
   * Every document of a file, those up to the first place that cannot be read on; an empty file has
   * none.
   */
  public static List<YamlNode> readAll(SourceFile file, Issues issues) {
    var documents = new ArrayList<YamlNode>();
    try {
      SourceText source = decode(file, issues);
      if (!refuseHidden(source, issues)) {
        new YamlReader(source, issues).documents(documents);
      }
    } catch (Unreadable alreadyReported) {
      return List.copyOf(documents);
    }
    return List.copyOf(documents);
  }

  /** The one document of a file; an issue and empty if there is none, or a second one. */
  public static Optional<YamlNode> readOne(SourceFile file, Issues issues) {
    int before = issues.errorCount();
    List<YamlNode> documents = readAll(file, issues);
    if (issues.errorCount() > before) {
      return Optional.empty();
    }
    if (documents.isEmpty()) {
      issues.error("P018", Place.ofFile(file.path()), "the file holds no document");
      return Optional.empty();
    }
    if (documents.size() > 1) {
      issues.error("P018", documents.get(1).place(), "a second document in a file that takes one");
      return Optional.empty();
    }
    return Optional.of(documents.getFirst());
  }

  private static SourceText decode(SourceFile file, Issues issues) throws Unreadable {
    byte[] bytes = file.sharedBytes();
    // MAX_BYTES itself is still read
    if (bytes.length > MAX_BYTES) {
      issues.error(
          "P002",
          Place.ofFile(file.path()),
          "the file has %d bytes, more than 1 MiB; split it".formatted(bytes.length));
      throw new Unreadable();
    }
    if (startsWith(bytes, 0xef, 0xbb, 0xbf)
        || startsWith(bytes, 0xfe, 0xff)
        || startsWith(bytes, 0xff, 0xfe)) {
      issues.error(
          "P004",
          Place.ofFile(file.path()),
          "the file starts with a byte order mark; save it as UTF-8 without one");
      throw new Unreadable();
    }
    var decoder =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var in = ByteBuffer.wrap(bytes);
    var out = CharBuffer.allocate(bytes.length + 1);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      int at = in.position();
      String good = out.flip().toString();
      int line = 1 + (int) good.chars().filter(c -> c == '\n').count();
      String tail = good.substring(good.lastIndexOf('\n') + 1);
      int column = 1 + tail.codePointCount(0, tail.length());
      var known = new SourceText(file.path(), good);
      issues.error(
          "P003",
          new Place(known, line, column, line, column + 1),
          "byte 0x%02X is not UTF-8".formatted(bytes[at] & 0xff));
      throw new Unreadable();
    }
    return new SourceText(file.path(), out.flip().toString());
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    if (bytes.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if ((bytes[i] & 0xff) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /** Reports tabs in indentation and characters a reader would not see; whether there were any. */
  private static boolean refuseHidden(SourceText source, Issues issues) {
    String text = source.text();
    boolean found = false;
    boolean indentation = true;
    int line = 1;
    int column = 1;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (c == '\n') {
        line++;
        column = 1;
        indentation = true;
        i++;
        continue;
      }
      if (c == '\t' && indentation) {
        issues.error(
            "P005",
            new Place(source, line, column, line, column + 1),
            "tab in indentation; YAML indents with spaces");
        found = true;
        indentation = false;
      } else if (c != '\t' && c != '\r' && Printable.hidden(c)) {
        issues.error(
            "P012",
            new Place(source, line, column, line, column + 1),
            "character U+%04X is not seen as it is written; remove it".formatted(c));
        found = true;
      }
      indentation &= c == ' ';
      column++;
      i += Character.charCount(c);
    }
    return found;
  }

  private void documents(List<YamlNode> into) throws Unreadable {
    while (true) {
      switch (next()) {
        case DocumentStartEvent start -> {
          if (!start.getTags().isEmpty() || start.getSpecVersion().isPresent()) {
            issues.error("P009", place(start), "directives are not taken");
            throw new Unreadable();
          }
        }
        case NodeEvent node -> into.add(node(node, 1));
        case Event other -> {
          if (other.getEventId() == Event.ID.StreamEnd) {
            return;
          }
        }
      }
    }
  }

  /** Recursion is bounded by {@link #MAX_DEPTH}. */
  private YamlNode node(NodeEvent event, int depth) throws Unreadable {
    event
        .getAnchor()
        .filter(anchor -> !(event instanceof AliasEvent))
        .ifPresent(
            anchor ->
                issues.error("P008", place(event), "anchors and aliases are not taken: repeat it"));
    return switch (event) {
      case ScalarEvent scalar -> {
        refuseTag(scalar.getTag(), event);
        yield new Scalar(scalar.getValue(), scalar.isPlain(), place(event));
      }
      case CollectionStartEvent start -> {
        // depth MAX_DEPTH itself is still read
        if (depth > MAX_DEPTH) {
          issues.error("P007", place(event), "nested deeper than " + MAX_DEPTH);
          throw new Unreadable();
        }
        refuseTag(start.getTag(), event);
        yield start instanceof MappingStartEvent ? mapping(start, depth) : sequence(start, depth);
      }
      default -> {
        issues.error("P008", place(event), "anchors and aliases are not taken: repeat it");
        yield new Scalar("", true, place(event));
      }
    };
  }

  private void refuseTag(Optional<String> tag, Event event) {
    tag.ifPresent(
        name ->
            issues.error(
                "P009",
                place(event),
                "tags are not taken, found `" + Printable.escape(name) + "`"));
  }

  private Sequence sequence(Event start, int depth) throws Unreadable {
    var items = new ArrayList<YamlNode>();
    while (true) {
      Event event = next();
      if (event instanceof SequenceEndEvent) {
        return new Sequence(items, place(start, event));
      }
      items.add(node((NodeEvent) event, depth + 1));
    }
  }

  private Mapping mapping(Event start, int depth) throws Unreadable {
    var entries = new ArrayList<Entry>();
    var seen = new Keys();
    int duplicates = 0;
    while (true) {
      Event event = next();
      if (event instanceof MappingEndEvent) {
        return new Mapping(entries, place(start, event));
      }
      YamlNode key = node((NodeEvent) event, depth + 1);
      YamlNode value = node((NodeEvent) next(), depth + 1);
      if (!(key instanceof Scalar name)) {
        issues.error("P006", key.place(), "a key must be a word, found " + key.described());
        continue;
      }
      if (name.plain() && name.text().equals("<<")) {
        issues.error("P010", name.place(), "merge keys are not taken: write the fields out");
        continue;
      }
      Optional<Scalar> first = seen.add(name);
      if (first.isEmpty()) {
        entries.add(new Entry(name, value));
      } else if (duplicates++ < MAX_DUPLICATES_REPORTED) {
        issues.add(
            Issue.error(
                    "P011",
                    name.place(),
                    "key `" + Printable.escape(name.text()) + "` stands twice")
                .relatedTo("first here", first.get().place()));
      }
    }
  }

  /** The keys of one mapping so far; most mappings have few. */
  private static final class Keys {
    private static final int FEW = 12;

    private final List<Scalar> few = new ArrayList<>(4);
    private final Map<String, Scalar> many = new HashMap<>(0);

    /** Adds a key, or finds the one of the same text that is there. */
    Optional<Scalar> add(Scalar key) {
      for (Scalar before : few) {
        if (before.text().equals(key.text())) {
          return Optional.of(before);
        }
      }
      if (few.size() == FEW) {
        return Optional.ofNullable(many.putIfAbsent(key.text(), key));
      }
      few.add(key);
      return Optional.empty();
    }
  }

  private Event next() throws Unreadable {
    try {
      return events.next();
    } catch (MarkedYamlEngineException e) {
      String problem = e.getProblem() == null ? "cannot be read" : e.getProblem();
      Place place =
          e.getProblemMark()
              .map(mark -> at(mark, mark.getColumn() + 1))
              .orElse(Place.ofFile(source.path()));
      String context = e.getContext() == null ? "" : e.getContext() + ", ";
      issues.error("P006", place, Printable.escape(context + problem));
      throw new Unreadable();
    } catch (YamlEngineException e) {
      issues.error("P006", Place.ofFile(source.path()), Printable.escape("" + e.getMessage()));
      throw new Unreadable();
    }
  }

  private Place place(Event event) {
    return place(event, event);
  }

  private Place place(Event first, Event last) {
    // marks are always there: the settings ask for them
    Mark start = first.getStartMark().orElseThrow();
    Mark end = last.getEndMark().orElseThrow();
    return new Place(
        source, start.getLine() + 1, start.getColumn() + 1, end.getLine() + 1, end.getColumn() + 1);
  }

  private Place at(Mark mark, int endColumn) {
    return new Place(
        source, mark.getLine() + 1, mark.getColumn() + 1, mark.getLine() + 1, endColumn + 1);
  }
}
