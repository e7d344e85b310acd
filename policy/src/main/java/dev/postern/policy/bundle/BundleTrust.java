package dev.postern.policy.bundle;

import dev.postern.policy.bundle.BundleRefused.Why;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which bundles a gateway believes.
 *
 * @param gatewayId whose bundles; empty takes those of any gateway (for looking, never for a
 *     gateway)
 * @param keys whose signatures count; empty only where unsigned bundles are allowed
 * @param signers how many different keys must have signed
 */
public record BundleTrust(
    Optional<String> gatewayId, Optional<BundleSignatures> keys, int signers) {
  public BundleTrust {
    if (signers < 1) {
      throw new IllegalArgumentException("at least one signer");
    }
  }

  /**
   * A bundle that is to be believed.
   *
   * @param signers the keys that signed; empty if unsigned ones are allowed
   */
  public record Verified(PolicyBundle bundle, Set<String> signers) {
    /** The revision, and that nobody vouches for it if nobody does: as the audit names it. */
    public String name() {
      return bundle.manifest().revision() + (signers.isEmpty() ? " unsigned" : "");
    }
  }

  /**
   * Checks signatures, gateway and term; the revision is compared by {@link #requireAbove}.
   *
   * @throws BundleRefused with the first of them that does not hold
   */
  public Verified verify(PolicyBundle bundle, Instant now) throws BundleRefused {
    var signedBy = new TreeSet<String>();
    if (keys.isPresent()) {
      if (bundle.signatures().isEmpty()) {
        throw new BundleRefused(Why.UNSIGNED, "nobody signed the bundle");
      }
      for (String signature : bundle.signatures()) {
        keys.get().signer(bundle.manifestBytes(), signature).ifPresent(signedBy::add);
      }
      if (signedBy.size() < signers) {
        throw new BundleRefused(
            Why.TOO_FEW_SIGNERS,
            "%d of the trusted keys signed the bundle, %d must have; signatures in it: %d"
                .formatted(signedBy.size(), signers, bundle.signatures().size()));
      }
    }
    BundleManifest manifest = bundle.manifest();
    if (gatewayId.isPresent()
        && !manifest.gateways().contains(gatewayId.get())
        && !manifest.gateways().contains(BundleManifest.ANY_GATEWAY)) {
      throw new BundleRefused(
          Why.OTHER_GATEWAY,
          "the bundle is for %s, not for %s".formatted(manifest.gateways(), gatewayId.get()));
    }
    // notAfter is exclusive: at that very instant the bundle counts no longer
    if (!now.isBefore(manifest.notAfter())) {
      throw new BundleRefused(Why.EXPIRED, "the bundle's term ended at " + manifest.notAfter());
    }
    return new Verified(bundle, Set.copyOf(signedBy));
  }

  /**
   * Refuses what would go back: a revision below the active one's, or the same with other content.
   */
  public static void requireAbove(PolicyBundle active, PolicyBundle next) throws BundleRefused {
    long revision = next.manifest().revision();
    boolean same = next.digest().equals(active.digest());
    if (!same && revision <= active.manifest().revision()) {
      throw new BundleRefused(
          Why.ROLLED_BACK,
          "revision %d is not above %d, which is in force; `postern policy bundle rollback` goes back"
              .formatted(revision, active.manifest().revision()));
    }
  }
}
