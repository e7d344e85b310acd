package dev.postern.attestation;

import java.util.List;

/** Who an outer token says it is about, and its own name; forms checked. */
record Identity(String sub, String jti, List<String> groups) {}
