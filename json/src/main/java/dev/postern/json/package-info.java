/**
 * Strict, bounded JSON, the one reader of the whole house.
 *
 * <p>{@link dev.postern.json.JsonReader} reads one complete I-JSON text (RFC 7493) into a {@link
 * dev.postern.json.JsonValue} tree or refuses it with a {@link dev.postern.json.JsonException} that
 * says what kind of fault it is; {@link dev.postern.json.JsonFramer} finds the end of each message
 * in an endless stream without buffering more than its bound; {@link dev.postern.json.JsonWriter}
 * writes compact JSON and RFC 8785 canonical JSON. No lenient mode exists.
 */
@NullMarked
package dev.postern.json;

import org.jspecify.annotations.NullMarked;
