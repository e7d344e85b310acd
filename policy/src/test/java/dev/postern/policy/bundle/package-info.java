/** Tests of policy bundles. */
@NullMarked
package dev.postern.policy.bundle;

import org.jspecify.annotations.NullMarked;
