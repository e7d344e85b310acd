package dev.postern.policy;

import dev.postern.policy.ReferenceValues.MeasurementSet;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Quantity;
import java.time.Duration;
import java.time.Instant;

/** Warns of reference values that count no longer, or have counted for so long that they rot. */
public final class StaleReferences {
  private StaleReferences() {}

  /**
   * Warns as of a time.
   *
   * @param oldAfter how long after its {@code notBefore} a set without an end is old
   */
  public static void warn(PolicySet policies, Instant now, Duration oldAfter, Issues issues) {
    for (ReferenceValues values : policies.referenceValues().values()) {
      for (MeasurementSet set : values.sets()) {
        String name =
            "a set of `%s`%s"
                .formatted(values.name(), set.id().isEmpty() ? "" : " (`" + set.id() + "`)");
        if (set.notAfter().filter(end -> !now.isBefore(end)).isPresent()) {
          issues.warning(
              "P208",
              set.place(),
              "%s counts no longer: its `notAfter` was %s"
                  .formatted(name, set.notAfter().orElseThrow()));
        } else if (set.notAfter().isEmpty()
            && set.notBefore().filter(from -> from.plus(oldAfter).isBefore(now)).isPresent()) {
          issues.warning(
              "P208",
              set.place(),
              "%s is older than %s and has no `notAfter`"
                  .formatted(name, Quantity.print(oldAfter)));
        }
      }
    }
  }
}
