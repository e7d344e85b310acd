/** Tests of the policy commands. */
@NullMarked
package dev.postern.policy.cli;

import org.jspecify.annotations.NullMarked;
