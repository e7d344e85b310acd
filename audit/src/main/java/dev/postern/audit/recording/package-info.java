/**
 * Recordings of sessions: {@link dev.postern.audit.recording.Recording} writes one, {@link
 * dev.postern.audit.recording.RecordingReader} reads it back and checks it against the hash in the
 * audit log.
 */
@NullMarked
package dev.postern.audit.recording;

import org.jspecify.annotations.NullMarked;
