/**
 * The arithmetic of the log, with no files and no clock: {@link dev.postern.audit.tlog.Sha256} and
 * RFC 6962 tree hashes, tiles and their names (C2SP tlog-tiles), signed notes and checkpoints (C2SP
 * signed-note, tlog-checkpoint), inclusion and consistency proofs.
 */
@NullMarked
package dev.postern.audit.tlog;

import org.jspecify.annotations.NullMarked;
