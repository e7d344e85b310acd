/** Tests of the command line against a gateway of their own. */
@NullMarked
package dev.postern.client;

import org.jspecify.annotations.NullMarked;
