/**
 * Making keys and certificates for trying things out: {@link dev.postern.client.keys.KeysCommand}.
 */
@NullMarked
package dev.postern.client.keys;

import org.jspecify.annotations.NullMarked;
