package dev.postern.policy.bundle;

import dev.postern.policy.LoadResult;
import dev.postern.policy.PolicyFolder.Poll;
import dev.postern.policy.PolicyLoader;
import dev.postern.policy.PolicySet;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The policies of a bundle's file, the last good one kept.
 *
 * <p>A bundle is taken if it verifies, its policies check, and its revision is above that of the
 * bundle last taken, also across restarts. It is written to the gateway's own copy before it takes
 * effect. If at the start the file is refused and the copy still verifies, the copy is in force.
 * When the term of the bundle in force ends, its policies deny everything. Has no thread of its
 * own; whoever owns it calls {@link #poll}.
 */
public final class BundleFile {
  private final Path file;
  private final BundleTrust trust;
  private final KeptBundle kept;
  private final InstantSource clock;
  private byte[] seen = new byte[0];
  private Optional<PolicyBundle> active = Optional.empty();
  private boolean first = true;
  private boolean overdue;

  private BundleFile(Path file, BundleTrust trust, KeptBundle kept, InstantSource clock) {
    this.file = file;
    this.trust = trust;
    this.kept = kept;
    this.clock = clock;
  }

  /** Reads nothing yet: the first {@link #poll} does. */
  public static BundleFile of(Path file, BundleTrust trust, KeptBundle kept, InstantSource clock) {
    return new BundleFile(file, trust, kept, clock);
  }

  /** Looks for a new bundle, and whether the term of the one in force is over. */
  public synchronized Poll poll() {
    Instant now = clock.instant();
    Optional<PolicyBundle> last;
    byte[] bytes;
    try {
      last = kept.read();
      bytes = Files.size(file) > PolicyBundle.MAX_BYTES ? new byte[0] : Files.readAllBytes(file);
    } catch (BundleRefused refused) {
      return rejected(refused.text());
    } catch (NoSuchFileException e) {
      return unreadable("there is no such file", now);
    } catch (IOException e) {
      return unreadable("cannot be read", now);
    }
    // the copy changes under us when an operator goes back to an older bundle
    boolean copyChanged = active.isPresent() && !active.equals(last);
    if (!first && !copyChanged && Arrays.equals(bytes, seen)) {
      return term(now);
    }
    seen = bytes;
    try {
      return take(PolicyBundle.open(bytes), last, now);
    } catch (BundleRefused refused) {
      return fallBack(refused.text(), now);
    } catch (IOException e) {
      return fallBack("the gateway's copy cannot be written: " + e.getMessage(), now);
    } finally {
      first = false;
    }
  }

  private Poll take(PolicyBundle bundle, Optional<PolicyBundle> last, Instant now)
      throws BundleRefused, IOException {
    BundleTrust.Verified verified = trust.verify(bundle, now);
    if (last.isPresent()) {
      BundleTrust.requireAbove(last.get(), bundle);
    }
    LoadResult loaded = PolicyLoader.load(bundle.sources());
    if (loaded.set().isEmpty()) {
      return fallBack(
          "its policies do not check: "
              + loaded.issues().stream()
                  .filter(Issue::isError)
                  .findFirst()
                  .map(Issue::headline)
                  .orElse("?"),
          now);
    }
    if (!last.equals(Optional.of(bundle))) {
      kept.keep(bundle);
    }
    return loaded(verified, loaded.set().get(), loaded.issues());
  }

  private Poll loaded(BundleTrust.Verified verified, PolicySet set, List<Issue> warnings) {
    active = Optional.of(verified.bundle());
    overdue = false;
    return new Poll.Loaded(
        set.inBundle(verified.name(), verified.bundle().manifest().notAfter()), warnings);
  }

  /** At the start, the copy takes the place of a file that is refused. */
  private Poll fallBack(String why, Instant now) {
    if (!first) {
      return rejected(why);
    }
    try {
      Optional<PolicyBundle> last = kept.read();
      if (last.isPresent()) {
        BundleTrust.Verified verified = trust.verify(last.get(), now);
        LoadResult again = PolicyLoader.load(last.get().sources());
        if (again.set().isPresent()) {
          var warnings = new ArrayList<Issue>();
          warnings.add(
              Issue.warning(
                  "P125",
                  place(),
                  "%s; the last good bundle, revision %s, is in force"
                      .formatted(why, verified.name())));
          warnings.addAll(again.issues());
          return loaded(verified, again.set().get(), warnings);
        }
      }
    } catch (BundleRefused copyIsNoBetter) {
      return rejected(why + "; nor can the last good bundle: " + copyIsNoBetter.text());
    }
    return rejected(why);
  }

  private Poll unreadable(String what, Instant now) {
    boolean starting = first;
    Poll poll = fallBack(what, now);
    first = false;
    seen = new byte[0];
    return starting || !(term(now) instanceof Poll.Rejected over) ? poll : over;
  }

  /** Says once that the bundle in force is over its term. */
  private Poll term(Instant now) {
    boolean over = active.isPresent() && !now.isBefore(active.get().manifest().notAfter());
    if (!over || overdue) {
      return new Poll.Unchanged();
    }
    overdue = true;
    return rejected(
        "the term of the bundle in force ended at %s: everything is denied"
            .formatted(active.get().manifest().notAfter()));
  }

  private Poll rejected(String why) {
    return new Poll.Rejected(List.of(Issue.error("P125", place(), why)));
  }

  private Place place() {
    return Place.ofFile(file.toString());
  }
}
