package dev.postern.gateway.dlv;

import dev.postern.wire.dlv.TargetReply;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One stretch of running; compared by identity. */
final class Run {
  /** Why the process runs. */
  enum Kind {
    /** It ran when we came: nobody will tell us when it stops. */
    FOREIGN,
    CONTINUE,
    STEP
  }

  final Kind kind;

  /** Whose step it is. */
  final @Nullable Seat by;

  /** Delve's answer to what made it run, once it stops. */
  final @Nullable CompletableFuture<TargetReply> answer;

  Run(Kind kind, @Nullable Seat by, @Nullable CompletableFuture<TargetReply> answer) {
    this.kind = kind;
    this.by = by;
    this.answer = answer;
  }

  boolean isStep() {
    return kind == Kind.STEP;
  }
}
