/**
 * Delve's JSON-RPC API v2 (what {@code dlv connect} and GoLand speak), from 1.20 to the newest:
 * codec, classes of authority, shaping of answers, and the way back to a running target. No I/O, no
 * policy, no clock.
 *
 * <p>Client bytes go through {@link dev.postern.wire.dlv.DlvRequestReader} (strict where Go is
 * loose) and become {@link dev.postern.wire.dlv.ClientMessage.Call}s; {@link
 * dev.postern.wire.dlv.DlvRules} says of each which {@link dev.postern.wire.dlv.DlvClass}es it
 * needs and rewrites its arguments within bounds; {@link dev.postern.wire.dlv.DlvRequest} is what
 * is sent to the target, in our own words and under our own id. {@link
 * dev.postern.wire.dlv.DlvReplyReader} reads the target's answers, {@link
 * dev.postern.wire.dlv.ReplyShaper} removes what the caller may not see and {@link
 * dev.postern.wire.dlv.ReplyEncoder} writes them as Go would. {@link
 * dev.postern.wire.dlv.Restoration} gives the steps that leave a target as it was found.
 */
@NullMarked
package dev.postern.wire.dlv;

import org.jspecify.annotations.NullMarked;
