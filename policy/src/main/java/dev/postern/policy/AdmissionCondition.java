package dev.postern.policy;

import dev.postern.policy.source.Place;
import dev.postern.policy.source.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** A condition on the token, the session asked for, the time, and others' approval. */
sealed interface AdmissionCondition extends Condition {
  /** Longest {@code exp - iat} of the token. */
  record TokenLifetime(Duration most, Place place) implements AdmissionCondition {
    @Override
    public String field() {
      return "token.maxLifetime";
    }

    @Override
    public boolean met(Facts facts) {
      // a lifetime of exactly the maximum is still good
      return lifetime(facts).compareTo(most) <= 0;
    }

    private static Duration lifetime(Facts facts) {
      return Duration.between(facts.request().tokenIssuedAt(), facts.request().tokenExpiresAt());
    }

    @Override
    public String expected() {
      return "token lifetime at most " + Quantity.print(most);
    }

    @Override
    public String got(Facts facts) {
      return Quantity.print(lifetime(facts).abs());
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.CLAIM_LIFETIME_EXCEEDED;
    }
  }

  /** How the key must have been proved; {@code client-certificate} comes besides the proof. */
  record Bound(PolicyRequest.Binding binding, Place place) implements AdmissionCondition {
    @Override
    public String field() {
      return "token.binding";
    }

    @Override
    public boolean met(Facts facts) {
      return binding == PolicyRequest.Binding.PROOF || facts.request().binding() == binding;
    }

    @Override
    public String expected() {
      return "binding by " + binding.word();
    }

    @Override
    public String got(Facts facts) {
      return facts.request().binding().word();
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.BINDING_MISSING;
    }
  }

  /** Longest session that may be asked for; asking for none takes what there is. */
  record SessionMax(Duration most, Place place) implements AdmissionCondition {
    @Override
    public String field() {
      return "session.max";
    }

    @Override
    public boolean met(Facts facts) {
      // asking for exactly the maximum is good
      return facts.request().sessionAsked().map(asked -> asked.compareTo(most) <= 0).orElse(true);
    }

    @Override
    public String expected() {
      return "session at most " + Quantity.print(most);
    }

    @Override
    public String got(Facts facts) {
      return facts.request().sessionAsked().map(Quantity::print).orElse("none asked");
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.POLICY_SESSION_TOO_LONG;
    }
  }

  /** Most sessions that the subject has at once, this one included. */
  record Concurrent(int most, Place place) implements AdmissionCondition {
    @Override
    public String field() {
      return "session.concurrent";
    }

    @Override
    public boolean met(Facts facts) {
      return facts.request().otherSessions() < most;
    }

    @Override
    public String expected() {
      return "at most " + most + " sessions at once";
    }

    @Override
    public String got(Facts facts) {
      return facts.request().otherSessions() + " others open";
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.POLICY_LIMIT;
    }
  }

  /** A reason must be given, and not a blank one. */
  record ReasonGiven(Place place) implements AdmissionCondition {
    @Override
    public String field() {
      return "session.reason";
    }

    @Override
    public boolean met(Facts facts) {
      return facts.request().reason().filter(text -> !text.isBlank()).isPresent();
    }

    @Override
    public String expected() {
      return "a reason";
    }

    @Override
    public String got(Facts facts) {
      return "none";
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.POLICY_REASON_MISSING;
    }
  }

  /** The time must be inside the window. */
  record InWindow(Window window, Place place) implements AdmissionCondition {
    @Override
    public String field() {
      return "window";
    }

    @Override
    public boolean met(Facts facts) {
      return window.contains(facts.request().now());
    }

    @Override
    public String expected() {
      return window.toString();
    }

    @Override
    public String got(Facts facts) {
      return window.localTime(facts.request().now());
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.POLICY_TIME_WINDOW;
    }
  }

  /** What approvals are bound to: they count for nothing else. */
  enum BoundTo {
    SUBJECT,
    TARGET,
    SCOPES;

    /** As written in policies. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Enough people must have approved.
   *
   * @param atLeast how many different people
   * @param from groups, one of which each approver is in; empty takes anyone who may approve
   * @param notRequester whether the requester's own approval counts for nothing
   * @param validFor how long an approval counts
   * @param boundTo what must be the same as in the request approved
   */
  record Approvals(
      int atLeast,
      Set<String> from,
      boolean notRequester,
      Duration validFor,
      Set<BoundTo> boundTo,
      String field,
      Place place)
      implements AdmissionCondition {
    @Override
    public boolean met(Facts facts) {
      return facts.request().approvals().size() >= atLeast && count(facts) >= atLeast;
    }

    int count(Facts facts) {
      var approvers = new HashSet<String>();
      for (Approval approval : facts.request().approvals()) {
        if (counts(approval, facts)) {
          approvers.add(approval.approver().text());
        }
      }
      return approvers.size();
    }

    private boolean counts(Approval approval, Facts facts) {
      PolicyRequest request = facts.request();
      Instant end = approval.at().plus(validFor);
      // validFor is exclusive at its end; an approval from the future counts for nothing
      return request.now().isBefore(end)
          && !approval.at().isAfter(request.now())
          && !(notRequester && approval.approver().equals(request.subject()))
          && (from.isEmpty() || facts.approverIn(approval, from))
          && (!boundTo.contains(BoundTo.SUBJECT)
              || approval.subject().equals(request.subject().text()))
          && (!boundTo.contains(BoundTo.TARGET)
              || approval.target().equals(request.target().name()))
          && (!boundTo.contains(BoundTo.SCOPES)
              || facts.scopes().stream().allMatch(s -> approval.scopes().contains(s.text())));
    }

    @Override
    public String expected() {
      return atLeast
          + (atLeast == 1 ? " approval" : " approvals")
          + (from.isEmpty() ? "" : " from " + String.join(" or ", new TreeSet<>(from)));
    }

    @Override
    public String got(Facts facts) {
      return Integer.toString(count(facts));
    }

    @Override
    public Reason reason(Facts facts) {
      return Reason.POLICY_APPROVAL_MISSING;
    }
  }
}
