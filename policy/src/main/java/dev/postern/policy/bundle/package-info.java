/**
 * Signed policy bundles: {@link dev.postern.policy.bundle.PolicyBundle} is a tar with a manifest of
 * every file and JWS over the manifest's bytes; {@link dev.postern.policy.bundle.BundleTrust} says
 * whether one is to be believed, by whose keys, for which gateway and until when. What signs and
 * verifies is behind {@link dev.postern.policy.bundle.BundleSignatures}: no key is known here.
 */
@NullMarked
package dev.postern.policy.bundle;

import org.jspecify.annotations.NullMarked;
