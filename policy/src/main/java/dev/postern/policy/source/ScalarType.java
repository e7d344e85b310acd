package dev.postern.policy.source;

/** What YAML 1.2's core schema takes a scalar for. */
public enum ScalarType {
  NULL,
  BOOL,
  NUMBER,
  STRING
}
