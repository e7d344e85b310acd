package dev.postern.attestation;

import java.time.Instant;
import java.util.Optional;

/** Times of an outer token that hold now. */
record OuterTimes(Instant issuedAt, Instant expiresAt, Optional<Instant> notBefore) {}
