package dev.postern.policy;

import dev.postern.policy.source.Place;
import dev.postern.policy.source.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A condition on what is attested of the caller's machine. */
sealed interface AttestationCondition extends Condition {
  /** Oldest attestation that is taken. */
  record MaxAge(Duration most, Place place) implements AttestationCondition {
    @Override
    public String field() {
      return "attestation.maxAge";
    }

    @Override
    public boolean met(Facts facts) {
      // an age of exactly maxAge is still good
      return facts
          .request()
          .attestation()
          .issuedAt()
          .map(at -> !facts.request().admittedAt().isAfter(at.plus(most)))
          .orElse(false);
    }

    @Override
    public String expected() {
      return "attestation at most " + Quantity.print(most) + " old";
    }

    @Override
    public String got(Facts facts) {
      return facts
          .request()
          .attestation()
          .issuedAt()
          .map(at -> Quantity.print(Duration.between(at, facts.request().admittedAt()).abs()))
          .orElse("no time of issue");
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.ATT_STALE;
    }
  }

  /** The gateway's own challenge must be in it. */
  record Fresh(Place place) implements AttestationCondition {
    @Override
    public String field() {
      return "attestation.fresh";
    }

    @Override
    public boolean met(Facts facts) {
      return facts.request().attestation().fresh();
    }

    @Override
    public String expected() {
      return "the gateway's challenge in the attestation";
    }

    @Override
    public String got(Facts facts) {
      return "none";
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.ATT_NONCE_MISMATCH;
    }
  }

  /** Software alone does not vouch; every permit has this that does not take simulated ones. */
  record Real(Place place) implements AttestationCondition {
    @Override
    public boolean stated() {
      return false;
    }

    @Override
    public String field() {
      return "attestation.simulated";
    }

    @Override
    public boolean met(Facts facts) {
      return !facts.request().attestation().simulated();
    }

    @Override
    public String expected() {
      return "an attestation that is not simulated";
    }

    @Override
    public String got(Facts facts) {
      return "a simulated one";
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.ATT_SIMULATED;
    }
  }

  /** Raw Evidence is not covered by a permit that names no measurements. */
  record NotRawEvidence(Place place) implements AttestationCondition {
    @Override
    public boolean stated() {
      return false;
    }

    @Override
    public String field() {
      return "attestation.anyOf";
    }

    @Override
    public boolean met(Facts facts) {
      return !AttestationFacts.RAW_EVIDENCE.contains(facts.request().attestation().profile());
    }

    @Override
    public String expected() {
      return "an Attestation Result, or measurements in the permit";
    }

    @Override
    public String got(Facts facts) {
      return "raw Evidence of " + facts.request().attestation().profile();
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.ATT_MEASUREMENT_MISMATCH;
    }
  }

  /** One of several ways to be attested. */
  record AnyOf(List<Way> ways, Place place) implements AttestationCondition {
    public AnyOf {
      ways = List.copyOf(ways);
    }

    @Override
    public String field() {
      return "attestation.anyOf";
    }

    @Override
    public boolean met(Facts facts) {
      for (Way way : ways) {
        if (way.met(facts)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String expected() {
      return String.join(" or ", ways.stream().map(Way::expected).toList());
    }

    @Override
    public String got(Facts facts) {
      return nearest(facts).toString();
    }

    @Override
    public Reason reason(Facts facts) {
      return nearest(facts).iterator().next();
    }

    /** What the way with the fewest failures fails at; the first such way by its reasons' order. */
    private TreeSet<Reason> nearest(Facts facts) {
      Optional<TreeSet<Reason>> best = Optional.empty();
      for (Way way : ways) {
        TreeSet<Reason> failed = way.failures(facts);
        if (best.isEmpty()
            || distance(failed) < distance(best.get())
            || (distance(failed) == distance(best.get())
                && failed.first().compareTo(best.get().first()) < 0)) {
          best = Optional.of(failed);
        }
      }
      return best.orElseThrow();
    }

    private static int distance(TreeSet<Reason> failed) {
      // a way for another profile is no near miss
      return failed.contains(Reason.ATT_PROFILE_UNSUPPORTED) ? 100 : failed.size();
    }
  }

  /**
   * One way to be attested; what is empty asks nothing.
   *
   * @param measurements name of the reference values, any set of which must match whole
   * @param minimumTcb by component, the least security version
   */
  record Way(
      String profile,
      Set<String> verifiers,
      Optional<String> status,
      Set<String> eatProfiles,
      Optional<DebugState> debugState,
      Optional<String> measurements,
      Map<String, Long> minimumTcb,
      Place place) {
    boolean met(Facts facts) {
      return facts.request().attestation().profile().equals(profile) && failures(facts).isEmpty();
    }

    TreeSet<Reason> failures(Facts facts) {
      AttestationFacts got = facts.request().attestation();
      var failed = new TreeSet<Reason>();
      if (!got.profile().equals(profile)
          || (!eatProfiles.isEmpty()
              && !got.eatProfile().map(eatProfiles::contains).orElse(false))) {
        failed.add(Reason.ATT_PROFILE_UNSUPPORTED);
      }
      if (!verifiers.isEmpty() && !got.verifier().map(verifiers::contains).orElse(false)) {
        failed.add(Reason.ATT_VERIFIER_UNTRUSTED);
      }
      if (status.isPresent() && !got.status().equals(status)) {
        failed.add(Reason.ATT_STATUS);
      }
      debugState.ifPresent(
          least -> {
            DebugState is = got.debugState().flatMap(DebugState::of).orElse(DebugState.ENABLED);
            // the rung itself is enough
            if (is.compareTo(least) < 0) {
              failed.add(Reason.ATT_DEBUG_ENABLED);
            }
          });
      measurements.flatMap(facts::mismatch).ifPresent(failed::add);
      for (var least : minimumTcb.entrySet()) {
        Long version = got.tcb().get(least.getKey());
        // the minimum itself is enough
        if (version == null || version < least.getValue()) {
          failed.add(Reason.ATT_TCB_OUTDATED);
        }
      }
      return failed;
    }

    String expected() {
      var parts = new ArrayList<String>();
      parts.add("profile " + profile);
      if (!verifiers.isEmpty()) {
        parts.add("verifier in " + new TreeSet<>(verifiers));
      }
      status.ifPresent(word -> parts.add("status " + word));
      if (!eatProfiles.isEmpty()) {
        parts.add("eat profile in " + new TreeSet<>(eatProfiles));
      }
      debugState.ifPresent(state -> parts.add("debug state " + state.word() + " or stricter"));
      measurements.ifPresent(values -> parts.add("measurements " + values));
      if (!minimumTcb.isEmpty()) {
        parts.add("tcb at least " + new TreeMap<>(minimumTcb));
      }
      return String.join(", ", parts);
    }
  }
}
