/** Tests of reading {@code postern.yaml}. */
@NullMarked
package dev.postern.config;

import org.jspecify.annotations.NullMarked;
