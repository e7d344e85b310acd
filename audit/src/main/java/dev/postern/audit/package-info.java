@NullMarked
package dev.postern.audit;

import org.jspecify.annotations.NullMarked;
