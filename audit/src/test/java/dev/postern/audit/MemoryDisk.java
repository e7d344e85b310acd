package dev.postern.audit;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A disk in memory that knows what would survive a crash, and fails on demand.
 *
 * <p>A file has content as the running process sees it and content that is durable; a name
 * likewise. {@link #crash} keeps what is durable and, of the rest, what its source of chance says.
 */
final class MemoryDisk implements Disk {
  /** How a step fails. */
  enum Fault {
    /** It is not done, and says so. */
    LOST,
    /** It is done, and says that it is not. */
    UNREPORTED
  }

  private static final class Node {
    byte[] seen = new byte[0];
    byte[] durable = new byte[0];
  }

  private final Map<String, Node> names = new HashMap<>();
  private final Map<String, Node> durableNames = new HashMap<>();
  private final Set<String> folders = new HashSet<>(Set.of(""));
  private int step;
  private int failAt = -1;
  private int failUntil = -1;
  private Fault fault = Fault.LOST;
  private long capacity = Long.MAX_VALUE;
  private boolean down;

  /** Makes a step fail, counted from now, and those after it, up to so many. */
  synchronized void failAt(int stepFromNow, int steps, Fault how) {
    failAt = step + stepFromNow;
    failUntil = failAt + steps;
    fault = how;
  }

  /** Makes a step and all after it do nothing, as if the machine had stopped there. */
  synchronized void stopAt(int stepFromNow) {
    failAt = step + stepFromNow;
    failUntil = Integer.MAX_VALUE;
    fault = Fault.LOST;
  }

  synchronized void works() {
    failAt = -1;
    failUntil = -1;
  }

  synchronized int steps() {
    return step;
  }

  /** Lets no more than so many bytes be in files. */
  synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  synchronized long used() {
    return names.values().stream().mapToLong(node -> node.seen.length).sum();
  }

  /** The disk after a crash: of what was not durable, chance decides. */
  synchronized MemoryDisk crash(Random chance) {
    var after = new MemoryDisk();
    after.folders.addAll(folders);
    Set<String> all = new TreeSet<>(names.keySet());
    all.addAll(durableNames.keySet());
    Map<Node, Node> kept = new HashMap<>();
    for (String name : all) {
      Node node = chance.nextBoolean() ? names.get(name) : durableNames.get(name);
      if (node != null) {
        Node copy = kept.computeIfAbsent(node, original -> survivor(original, chance));
        after.names.put(name, copy);
        after.durableNames.put(name, copy);
      }
    }
    return after;
  }

  /** Sectors of 512 bytes reach the disk or not, each by itself. */
  private static Node survivor(Node node, Random chance) {
    var copy = new Node();
    int length = chance.nextBoolean() ? node.seen.length : node.durable.length;
    byte[] bytes = Arrays.copyOf(node.durable, length);
    for (int at = 0; at < length; at += 512) {
      if (chance.nextBoolean()) {
        int end = Math.min(Math.min(at + 512, length), node.seen.length);
        if (end > at) {
          System.arraycopy(node.seen, at, bytes, at, end - at);
        }
      }
    }
    copy.seen = bytes;
    copy.durable = bytes.clone();
    return copy;
  }

  /** A step that may fail: what is done, and whether it is reported. */
  private void step(Runnable done) throws IOException {
    int now = step++;
    boolean fails = now >= failAt && now < failUntil && failAt >= 0;
    if (down) {
      throw new IOException("the disk is closed");
    }
    if (!fails || fault == Fault.UNREPORTED) {
      done.run();
    }
    if (fails) {
      throw new IOException("step " + now + " told to fail: " + fault);
    }
  }

  private void requireRoom(long more) throws IOException {
    if (used() + more > capacity) {
      throw new IOException("No space left on device");
    }
  }

  @Override
  public synchronized Optional<byte[]> read(String path, int most) throws IOException {
    Node node = names.get(path);
    return node == null ? Optional.empty() : Optional.of(node.seen.clone());
  }

  @Override
  public synchronized void write(String path, byte[] content) throws IOException {
    Node old = names.get(path);
    requireRoom(content.length - (old == null ? 0 : old.seen.length));
    // two steps: the content is there, then it is durable
    step(
        () -> {
          Node node = names.computeIfAbsent(path, absent -> new Node());
          node.seen = content.clone();
        });
    step(
        () -> {
          Node node = names.get(path);
          if (node != null) {
            node.durable = node.seen.clone();
          }
        });
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    if (!names.containsKey(from)) {
      throw new IOException("no `" + from + "`");
    }
    step(
        () -> {
          Node node = names.remove(from);
          if (node != null) {
            names.put(to, node);
          }
        });
  }

  @Override
  public synchronized void forceFolder(String path) throws IOException {
    step(
        () -> {
          durableNames.keySet().removeIf(name -> in(name, path) && !names.containsKey(name));
          names.forEach(
              (name, node) -> {
                if (in(name, path)) {
                  durableNames.put(name, node);
                }
              });
        });
  }

  private static boolean in(String name, String folder) {
    int slash = name.lastIndexOf('/');
    return (slash < 0 ? "" : name.substring(0, slash)).equals(folder);
  }

  @Override
  public synchronized void createFolder(String path) throws IOException {
    if (!folders.contains(path)) {
      step(() -> folders.add(path));
    }
  }

  @Override
  public synchronized void delete(String path) throws IOException {
    step(
        () -> {
          names.remove(path);
          folders.remove(path);
        });
  }

  @Override
  public synchronized List<String> list(String path) {
    var found = new TreeSet<String>();
    for (String name : names.keySet()) {
      if (path.isEmpty() || name.startsWith(path + "/")) {
        String rest = path.isEmpty() ? name : name.substring(path.length() + 1);
        found.add(rest.split("/", 2)[0]);
      }
    }
    return List.copyOf(found);
  }

  @Override
  public synchronized Region open(String path) throws IOException {
    Node node = names.get(path);
    if (node == null) {
      throw new IOException("no `" + path + "`");
    }
    return new Region() {
      private int low = Integer.MAX_VALUE;
      private int high;

      @Override
      public void write(long at, byte[] bytes) throws IOException {
        synchronized (MemoryDisk.this) {
          step(
              () -> {
                System.arraycopy(bytes, 0, node.seen, (int) at, bytes.length);
                low = Math.min(low, (int) at);
                high = Math.max(high, (int) at + bytes.length);
              });
        }
      }

      @Override
      public void force() throws IOException {
        synchronized (MemoryDisk.this) {
          step(
              () -> {
                if (low < high) {
                  System.arraycopy(node.seen, low, node.durable, low, high - low);
                }
              });
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized void close() {
    down = true;
  }
}
