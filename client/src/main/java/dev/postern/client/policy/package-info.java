/**
 * The commands of {@code postern policy} that ask and test: each only turns its options into the
 * arguments of a class in {@code dev.postern.policy.cli}.
 */
@NullMarked
package dev.postern.client.policy;

import org.jspecify.annotations.NullMarked;
