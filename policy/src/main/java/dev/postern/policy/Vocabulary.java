package dev.postern.policy;

import java.util.Map;

/** What rules refer to by name: groups that documents declare, and reference values. */
record Vocabulary(GroupDirectory groups, Map<String, ReferenceValues> referenceValues) {
  Vocabulary {
    referenceValues = Map.copyOf(referenceValues);
  }
}
