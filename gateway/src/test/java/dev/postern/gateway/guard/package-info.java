/** Tests of what restores targets after a gateway's death. */
@NullMarked
package dev.postern.gateway.guard;

import org.jspecify.annotations.NullMarked;
