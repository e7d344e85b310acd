/** Tests of requests and decisions as an audit log keeps them. */
@NullMarked
package dev.postern.policy.record;

import org.jspecify.annotations.NullMarked;
