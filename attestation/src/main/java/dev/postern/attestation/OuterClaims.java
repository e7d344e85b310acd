package dev.postern.attestation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Claims of an outer token after their forms and times were checked. */
record OuterClaims(
    String sub,
    String jti,
    Instant issuedAt,
    Instant expiresAt,
    Optional<Instant> notBefore,
    String debuggerId,
    List<String> groups,
    List<String> scopes) {}
