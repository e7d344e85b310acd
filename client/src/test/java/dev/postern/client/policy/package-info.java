/** Tests of the policy commands. */
@NullMarked
package dev.postern.client.policy;

import org.jspecify.annotations.NullMarked;
