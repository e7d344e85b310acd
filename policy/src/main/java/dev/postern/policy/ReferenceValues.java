package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A named list of measurement sets (RFC 9334 Reference Values); any one of them must match whole.
 *
 * @param name what permits call it
 */
public record ReferenceValues(String name, List<MeasurementSet> sets, Place place) {
  /**
   * Measurements that belong together.
   *
   * @param notBefore first instant at which it counts
   * @param notAfter first instant at which it counts no longer
   * @param values by the measurement's name
   */
  public record MeasurementSet(
      String id,
      Optional<Instant> notBefore,
      Optional<Instant> notAfter,
      Map<String, Value> values,
      Place place) {
    public MeasurementSet {
      values = Map.copyOf(values);
    }

    boolean countsAt(Instant now) {
      return notBefore.map(from -> !now.isBefore(from)).orElse(true)
          // notAfter is exclusive: at that very instant the set counts no longer
          && notAfter.map(now::isBefore).orElse(true);
    }
  }

  /** A digest in lower-case hex and what it is made with. */
  public record Value(String algorithm, String digest) {
    /** Whether what is reported is this digest and nothing else besides. */
    boolean is(Set<String> reported) {
      if (reported.size() != 1) {
        // several values under one name are taken only when each names its algorithm
        return reported.contains(algorithm + ":" + digest)
            && reported.stream().filter(r -> r.startsWith(algorithm + ":")).count() == 1
            && reported.stream().allMatch(r -> r.indexOf(':') > 0);
      }
      String only = reported.iterator().next();
      return only.equals(digest) || only.equals(algorithm + ":" + digest);
    }
  }

  public ReferenceValues {
    sets = List.copyOf(sets);
  }

  /** How reported measurements compare: empty if some set that counts now matches whole. */
  Optional<Reason> mismatch(Map<String, Set<String>> reported, Instant now) {
    boolean someComplete = false;
    for (MeasurementSet set : sets) {
      if (!set.countsAt(now)) {
        continue;
      }
      boolean complete = true;
      boolean matches = true;
      for (var value : set.values().entrySet()) {
        Set<String> found = reported.get(value.getKey());
        if (found == null || found.isEmpty()) {
          complete = false;
          matches = false;
        } else if (!value.getValue().is(found)) {
          matches = false;
        }
      }
      if (matches) {
        return Optional.empty();
      }
      someComplete |= complete;
    }
    boolean noneCounts = sets.stream().noneMatch(set -> set.countsAt(now));
    return Optional.of(
        someComplete || noneCounts
            ? Reason.ATT_MEASUREMENT_MISMATCH
            : Reason.ATT_MEASUREMENT_MISSING);
  }
}
