package dev.postern.gateway.dlv;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The seats at one target, and who of them hears of a stop. A stop concerns the sessions whose
 * breakpoints were hit; one that nobody's breakpoint explains concerns all that control the
 * process. Guarded by the lock of the {@link Motion}.
 */
final class Audience {
  /** Whose a breakpoint is. */
  interface Owners {
    /** The session that set it; empty for Delve's own and for anyone outside Postern. */
    Optional<SessionAccount> owner(long breakpoint);

    /** It is hit so often that the process hardly runs: whoever owns it has to lose it. */
    void tooHot(long breakpoint);
  }

  private final Owners owners;
  private final Executor threads;
  private final Set<Seat> seats = new LinkedHashSet<>();

  Audience(Owners owners, Executor threads) {
    this.owners = owners;
    this.threads = threads;
  }

  void add(Seat seat) {
    seats.add(seat);
  }

  void remove(Seat seat) {
    seats.remove(seat);
    seat.waiting = null;
    seat.unseen.clear();
  }

  boolean contains(Seat seat) {
    return seats.contains(seat);
  }

  /** Answers a seat if it waits; on a thread of its own, after the lock is free. */
  void answer(Seat seat, Seat.Outcome outcome) {
    Consumer<Seat.Outcome> waiting = seat.waiting;
    if (waiting != null) {
      seat.waiting = null;
      threads.execute(() -> waiting.accept(outcome));
    }
  }

  void answerAll(Stop stop) {
    seats.forEach(seat -> answer(seat, new Seat.Outcome.Stopped(stop)));
  }

  /** Answers what one session waits with; returns the seats that waited. */
  List<Seat> answerSession(SessionAccount account, Stop stop) {
    return answerWaiting(
        seats.stream().filter(seat -> seat.account().equals(account)).toList(),
        new Seat.Outcome.Stopped(stop));
  }

  /** Tells the controlling seats that wait why the process does not run; returns them. */
  List<Seat> fail(String error) {
    return answerWaiting(
        seats.stream().filter(Seat::control).toList(), new Seat.Outcome.Failed(error));
  }

  private List<Seat> answerWaiting(List<Seat> some, Seat.Outcome outcome) {
    var waited = new ArrayList<Seat>();
    for (Seat seat : some) {
      if (seat.waiting != null) {
        answer(seat, outcome);
        waited.add(seat);
      }
    }
    return waited;
  }

  /**
   * Tells a stop to those it concerns. A session that only logs gets it now or with its next {@code
   * continue}, and does not hold the process.
   *
   * @param explained whether the stop needs no breakpoint to explain it
   * @return the seats that hold the process from now on
   */
  List<Seat> deliver(Stop stop, boolean explained) {
    List<Stop.Hit> hits = stop.hits();
    Set<Seat> concerned = new LinkedHashSet<>();
    if (hits.isEmpty() && !explained) {
      seats.stream().filter(Seat::control).forEach(concerned::add);
    }
    for (Stop.Hit hit : hits) {
      Optional<SessionAccount> owner = owners.owner(hit.breakpoint());
      seats.stream()
          .filter(seat -> owner.map(seat.account()::equals).orElse(seat.control()))
          .forEach(concerned::add);
    }
    var holding = new ArrayList<Seat>();
    for (Seat seat : concerned) {
      boolean waited = seat.waiting != null;
      answer(seat, new Seat.Outcome.Stopped(stop));
      if (waited && seat.control()) {
        holding.add(seat);
      } else if (!waited && !seat.control() && seat.unseen.size() < Seat.MAX_UNSEEN_STOPS) {
        seat.unseen.addLast(stop);
      }
    }
    return holding;
  }

  /** Has a breakpoint taken away that keeps the process from running. */
  void tooHot(Stop.Hit hit) {
    threads.execute(() -> owners.tooHot(hit.breakpoint()));
  }
}
