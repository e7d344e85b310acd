/** Rules that hold over all modules. */
@NullMarked
package dev.postern;

import org.jspecify.annotations.NullMarked;
