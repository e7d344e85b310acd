/**
 * Sessions from admission to their end.
 *
 * <p>Admission hands {@link dev.postern.gateway.session.SessionTerms} to the {@link
 * dev.postern.gateway.session.SessionRegistry}, which makes a {@link
 * dev.postern.gateway.session.DebugSession}; each Attach stream becomes a {@link
 * dev.postern.gateway.session.SessionConnection} in it. The registry's sweep ends what is over by
 * time, and judges every session anew when policy, trust or locks change. Targets are restored
 * before callers are told.
 */
@NullMarked
package dev.postern.gateway.session;

import org.jspecify.annotations.NullMarked;
