/** {@code postern trust}: the files by which an admin says whom a gateway believes. */
@NullMarked
package dev.postern.client.trust;

import org.jspecify.annotations.NullMarked;
