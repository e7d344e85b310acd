package dev.postern.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A request as rules see it: with its subject's groups worked out. */
public final class Facts {
  /** The word that stands for self-attested subjects among issuers. */
  static final String SELF = "self";

  private final PolicyRequest request;
  private final Vocabulary vocabulary;
  private final Set<String> groups;
  private final boolean groupsStated;
  private final List<Scope> scopes;

  private Facts(
      PolicyRequest request, Vocabulary vocabulary, Set<String> groups, List<Scope> scopes) {
    this.request = request;
    this.vocabulary = vocabulary;
    this.groups = groups;
    this.groupsStated = !request.groups().isEmpty();
    this.scopes = scopes;
  }

  static Facts of(PolicyRequest request, Vocabulary vocabulary, List<Scope> scopes) {
    Set<String> groups =
        vocabulary.groups().groupsOf(request.subject(), request.groups(), request.debuggerId());
    return new Facts(request, vocabulary, groups, scopes);
  }

  /** The same request, for these scopes of it only. */
  Facts forScopes(List<Scope> some) {
    return new Facts(request, vocabulary, groups, some);
  }

  public PolicyRequest request() {
    return request;
  }

  /** Names of the groups that the subject is in, by its token or by a Group document. */
  public Set<String> groups() {
    return groups;
  }

  /** Whether the token says anything of groups. */
  boolean groupsStated() {
    return groupsStated && request.subject() instanceof Subject.Named;
  }

  /** The scopes that the request comes down to. */
  List<Scope> scopes() {
    return scopes;
  }

  /** Whether the token's silence on groups leaves open if the subject is in one of these. */
  boolean membershipUnknown(Set<String> wanted) {
    if (groupsStated()) {
      return false;
    }
    for (String group : wanted) {
      if (!vocabulary.groups().declares(group)) {
        return true;
      }
    }
    return false;
  }

  /** How reported measurements compare with reference values; empty if they match. */
  Optional<Reason> mismatch(String referenceValues) {
    ReferenceValues values = vocabulary.referenceValues().get(referenceValues);
    return values == null
        ? Optional.of(Reason.ATT_MEASUREMENT_MISMATCH)
        : values.mismatch(request.attestation().measurements(), request.now());
  }

  String issuer() {
    return switch (request.subject()) {
      case Subject.Named named -> named.issuer();
      case Subject.Key key -> SELF;
    };
  }

  Optional<String> user() {
    return request.subject().named().map(Subject.Named::sub);
  }

  /** Whether an approver is in one of the groups. */
  boolean approverIn(Approval approval, Set<String> wanted) {
    var in =
        new HashSet<>(vocabulary.groups().groupsOf(approval.approver(), approval.groups(), ""));
    in.retainAll(wanted);
    return !in.isEmpty();
  }
}
