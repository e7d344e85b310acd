/** Tests of the policy language and its decisions. */
@NullMarked
package dev.postern.policy;

import org.jspecify.annotations.NullMarked;
