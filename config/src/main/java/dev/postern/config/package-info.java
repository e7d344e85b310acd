/**
 * What is in {@code postern.yaml}, and reading it.
 *
 * <p>{@link dev.postern.config.ConfigLoader} reads the file strictly and reports every issue at
 * once; what comes out is a {@link dev.postern.config.PosternConfig} whose paths are absolute, or
 * its trust alone as {@link dev.postern.config.TrustOnly}. Every field is in {@code
 * docs/configuration.md}; a test holds the two together.
 */
@NullMarked
package dev.postern.config;

import org.jspecify.annotations.NullMarked;
