/**
 * Debug tokens by hand: {@link dev.postern.client.token.TokenMintCommand} signs them, {@link
 * dev.postern.client.token.TokenInspectCommand} shows what they say, {@link
 * dev.postern.client.token.TokenVerifyCommand} judges them as a gateway of a given configuration
 * would.
 */
@NullMarked
package dev.postern.client.token;

import org.jspecify.annotations.NullMarked;
