/**
 * Strict YAML with positions, and what to say when it is wrong.
 *
 * <p>{@link dev.postern.policy.source.YamlReader} turns a {@link
 * dev.postern.policy.source.SourceFile} into a tree of {@link dev.postern.policy.source.YamlNode}s
 * that know their line and column. {@link dev.postern.policy.source.YamlMapping} reads typed fields
 * from it. Whatever is wrong becomes an {@link dev.postern.policy.source.Issue} in an {@link
 * dev.postern.policy.source.Issues}, and reading goes on, so that a person sees all mistakes at
 * once. Nothing here does I/O.
 */
@NullMarked
package dev.postern.policy.source;

import org.jspecify.annotations.NullMarked;
