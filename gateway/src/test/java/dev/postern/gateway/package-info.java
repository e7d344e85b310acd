/** Whole gateways, in process, over real TLS. */
@NullMarked
package dev.postern.gateway;

import org.jspecify.annotations.NullMarked;
