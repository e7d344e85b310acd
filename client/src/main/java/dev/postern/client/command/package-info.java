/**
 * What every command shares: {@link dev.postern.client.command.Surroundings} (streams, environment,
 * clock), {@link dev.postern.client.command.ExitStatus} and {@link
 * dev.postern.client.command.CommandFailure}, the one way for a command to stop with a sentence for
 * the person.
 */
@NullMarked
package dev.postern.client.command;

import org.jspecify.annotations.NullMarked;
