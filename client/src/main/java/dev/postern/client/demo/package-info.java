/**
 * The whole of Postern on one machine, for whoever looks at it first.
 *
 * <p>{@link dev.postern.client.demo.DemoCommand} tells the story step by step; {@code DemoTools}
 * finds or gets a Delve and a Go, {@code DemoFolder} writes keys, policy and configuration, {@code
 * Children} are the processes that it started and ends.
 */
@NullMarked
package dev.postern.client.demo;

import org.jspecify.annotations.NullMarked;
