package dev.postern.policy.source;

import java.util.Objects;

/**
 * Where in a file something stands.
 *
 * <p>Lines and columns count from 1, columns in code points; the end is exclusive. Line 0 stands
 * for the file as a whole.
 */
public final class Place implements Comparable<Place> {
  private final SourceText source;
  private final int line;
  private final int column;
  private final int endLine;
  private final int endColumn;

  Place(SourceText source, int line, int column, int endLine, int endColumn) {
    this.source = source;
    this.line = line;
    this.column = column;
    this.endLine = endLine;
    this.endColumn = endColumn;
  }

  /** A file as a whole: something is wrong with it that has no line. */
  public static Place ofFile(String path) {
    return new Place(new SourceText(path, ""), 0, 0, 0, 0);
  }

  SourceText source() {
    return source;
  }

  public String path() {
    return source.path();
  }

  public int line() {
    return line;
  }

  public int column() {
    return column;
  }

  public int endLine() {
    return endLine;
  }

  public int endColumn() {
    return endColumn;
  }

  /** The text of the first line of it. */
  public String lineText() {
    return line == 0 ? "" : source.line(line);
  }

  /** {@code path:line}, for references in other output. */
  public String shortForm() {
    return line == 0 ? path() : path() + ":" + line;
  }

  /** {@code path:line:column}, or the path alone for a whole file. */
  @Override
  public String toString() {
    return line == 0
        ? Printable.escape(path())
        : Printable.escape(path()) + ":" + line + ":" + column;
  }

  @Override
  public int compareTo(Place other) {
    int order = path().compareTo(other.path());
    if (order == 0) {
      order = Integer.compare(line, other.line);
    }
    return order == 0 ? Integer.compare(column, other.column) : order;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Place place
        && path().equals(place.path())
        && line == place.line
        && column == place.column
        && endLine == place.endLine
        && endColumn == place.endColumn;
  }

  @Override
  public int hashCode() {
    return Objects.hash(path(), line, column);
  }
}
