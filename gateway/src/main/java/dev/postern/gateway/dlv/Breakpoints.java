package dev.postern.gateway.dlv;

import dev.postern.wire.dlv.BreakpointView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** Whose breakpoint is whose, and what each is called towards its owner. Safe for many threads. */
final class Breakpoints implements Audience.Owners {
  /** Breakpoints one session may have at one target. */
  static final int MAX_PER_SESSION = 20;

  private record Owned(SessionAccount account, String shownName) {}

  private final GatewayInstance tag;
  private final LongConsumer tooHot;
  private final Map<Long, Owned> owned = new HashMap<>();
  private long counter;

  /**
   * No breakpoints yet.
   *
   * @param tooHot takes a breakpoint of a session away
   */
  Breakpoints(GatewayInstance tag, LongConsumer tooHot) {
    this.tag = tag;
    this.tooHot = tooHot;
  }

  /** A name for the target that nobody has used. */
  synchronized String nextName(SessionAccount account) {
    return tag.name(account.sessionId(), ++counter);
  }

  synchronized void add(long id, SessionAccount account, String shownName) {
    owned.put(id, new Owned(account, shownName));
  }

  synchronized void remove(long id) {
    owned.remove(id);
  }

  synchronized void requireRoom(SessionAccount account) throws Refusal {
    if (of(account).size() >= MAX_PER_SESSION) {
      throw new Refusal(
          "MESSAGE_TOO_LARGE",
          "",
          "postern: a session may have " + MAX_PER_SESSION + " breakpoints; clear one first");
    }
  }

  synchronized List<Long> of(SessionAccount account) {
    var ids = new ArrayList<Long>();
    owned.forEach(
        (id, owner) -> {
          if (owner.account() == account) {
            ids.add(id);
          }
        });
    return ids;
  }

  synchronized List<Long> all() {
    return List.copyOf(owned.keySet());
  }

  /** The session's breakpoint of that shown name. */
  synchronized OptionalLong named(SessionAccount account, String shownName) {
    return owned.entrySet().stream()
        .filter(
            e -> e.getValue().account() == account && e.getValue().shownName().equals(shownName))
        .mapToLong(Map.Entry::getKey)
        .findFirst();
  }

  synchronized boolean isOwn(SessionAccount account, long id) {
    Owned owner = owned.get(id);
    return owner != null && owner.account() == account;
  }

  @Override
  public synchronized Optional<SessionAccount> owner(long breakpoint) {
    return Optional.ofNullable(owned.get(breakpoint)).map(Owned::account);
  }

  @Override
  public void tooHot(long breakpoint) {
    if (owner(breakpoint).isPresent()) {
      tooHot.accept(breakpoint);
    }
  }

  /** What one session sees: its own and Delve's own. */
  BreakpointView view(SessionAccount account) {
    return (id, name) -> {
      if (id < 0) {
        return Optional.of(name);
      }
      synchronized (this) {
        Owned owner = owned.get(id);
        return owner != null && owner.account() == account
            ? Optional.of(owner.shownName())
            : Optional.empty();
      }
    };
  }
}
