package dev.postern.gateway.admission;

import dev.postern.attestation.Challenges;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Which token each challenge was attested for: an attestation over it vouches for no other. Known
 * to one replica, and for as long as a challenge lives.
 */
final class AttestedChallenges {
  private record Use(String replayKey, Instant forgetAt) {}

  private final Map<String, Use> uses = new HashMap<>();

  /** Notes the use; false if the challenge was attested for another token before. */
  synchronized boolean use(String challenge, String replayKey, Instant now) {
    uses.values().removeIf(use -> !now.isBefore(use.forgetAt()));
    Use use = new Use(replayKey, now.plus(Challenges.Purpose.ATTESTATION.lifetime()));
    Use before = uses.putIfAbsent(challenge, use);
    return before == null || before.replayKey().equals(replayKey);
  }
}
