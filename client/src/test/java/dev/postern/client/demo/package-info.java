/** Tests with processes of their own, on what the demo consists of. */
@NullMarked
package dev.postern.client.demo;

import org.jspecify.annotations.NullMarked;
