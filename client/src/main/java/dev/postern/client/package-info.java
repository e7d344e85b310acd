/**
 * Everything a person types.
 *
 * <p>{@link dev.postern.client.Postern} is the entry: it names the commands and turns what comes of
 * one into an exit status. Each package beside it holds the commands of one kind; {@code command}
 * is what all of them share.
 */
@NullMarked
package dev.postern.client;

import org.jspecify.annotations.NullMarked;
