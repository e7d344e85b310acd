/**
 * Measures Postern beside its peers: each program prints medians and ratios of one interleaved run.
 *
 * <p>{@link dev.postern.bench.RelayBench} is the relay against stunnel; results are kept in {@code
 * docs/performance.md}.
 */
@NullMarked
package dev.postern.bench;

import org.jspecify.annotations.NullMarked;
