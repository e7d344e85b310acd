package dev.postern.policy.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.policy.bundle.BundleRefused.Why;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Bundles, and signatures that are a word: {@code key..} and whether it is genuine. */
final class Bundles {
  static final Instant NOW = Instant.parse("2026-11-23T14:00:00Z");
  static final String GATEWAY = "postern.example";
  static final String POLICY =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: shop}
      permits:
        - {id: oncall, subjects: {issuers: ["https://sts.example"]}, scopes: [dlv/observe]}
      """;

  /** Believes signatures {@code a..good} and {@code b..good}. */
  static final BundleSignatures KEYS =
      (manifest, detached) -> {
        String key = detached.substring(0, detached.indexOf('.'));
        if (!List.of("a", "b").contains(key)) {
          return Optional.empty();
        }
        if (!detached.endsWith("good")) {
          throw new BundleRefused(Why.SIGNATURE, "the signature of " + key + " does not hold");
        }
        return Optional.of(key);
      };

  static final BundleTrust TRUST = new BundleTrust(Optional.of(GATEWAY), Optional.of(KEYS), 1);

  private Bundles() {}

  static PolicyBundle unsigned(long revision) {
    return of(revision, Map.of("shop.yaml", POLICY.getBytes(UTF_8)), GATEWAY);
  }

  static PolicyBundle signed(long revision) {
    return unsigned(revision).with("a..good");
  }

  static PolicyBundle of(long revision, Map<String, byte[]> files, String gateway) {
    try {
      return PolicyBundle.of(files, revision, NOW, NOW.plusSeconds(3600), List.of(gateway));
    } catch (BundleRefused e) {
      throw new IllegalArgumentException(e);
    }
  }
}
