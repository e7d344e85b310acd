package dev.postern.bench;

import java.util.Arrays;

/** What is read off many measurements. */
final class Samples {
  private Samples() {}

  /** A quantile of nanoseconds, in microseconds. */
  static double micros(long[] nanos, double quantile) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[(int) (quantile * (sorted.length - 1))] / 1e3;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
