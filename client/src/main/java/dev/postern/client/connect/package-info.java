/**
 * The local end of a session.
 *
 * <p>{@link dev.postern.client.connect.ConnectCommand} gathers its {@link
 * dev.postern.client.connect.ConnectSettings} from flags, environment and file, and asks {@link
 * dev.postern.client.connect.LocalSession} for admission. A session hands out {@link
 * dev.postern.client.connect.Attachment}s, one {@code Attach} call each; a {@link
 * dev.postern.client.connect.Relay} moves bytes between one of them and one local connection.
 * {@link dev.postern.client.connect.Renewal} keeps the session alive while tokens can be had.
 */
@NullMarked
package dev.postern.client.connect;

import org.jspecify.annotations.NullMarked;
