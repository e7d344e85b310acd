/**
 * What {@code postern audit verify, search, replay, export, key} do, without the command line: each
 * takes its arguments as a record and prints to the streams given. Exit status as everywhere: 0
 * done, 5 input could not be read, 6 a signature or proof does not hold.
 */
@NullMarked
package dev.postern.audit.cli;

import org.jspecify.annotations.NullMarked;
