/**
 * Intel TDX quotes (versions 4 and 5) with their collateral.
 *
 * <p>{@link dev.postern.attestation.tdx.TdxQuote} knows the layout, {@link
 * dev.postern.attestation.tdx.TdxCollateral} what Intel publishes about platforms, {@link
 * dev.postern.attestation.tdx.TdxVerifier} whether Intel's keys signed all of it and which TCB
 * status follows, {@link dev.postern.attestation.tdx.TdxRules} what is accepted.
 */
@NullMarked
package dev.postern.attestation.tdx;

import org.jspecify.annotations.NullMarked;
