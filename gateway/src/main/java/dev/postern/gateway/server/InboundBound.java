package dev.postern.gateway.server;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what has arrived on one stream, before admission in all, then of one message, and says
 * when it is too much: gRPC itself only knows one bound for all messages, and resets a stream that
 * passes it without a word. Used on the connection's event loop, but for {@link #raise}.
 */
final class InboundBound extends ServerStreamTracer {
  /** The first messages together: a token, a proof. Nothing is known of the caller yet. */
  static final int BEFORE_ADMISSION_BYTES = 192 * 1024;

  /** Largest message: a token is 64 KiB, debug bytes come in smaller pieces. */
  static final int MAX_MESSAGE_BYTES = 1 << 20;

  private static final Context.Key<InboundBound> KEY = Context.key("postern-inbound");

  private volatile boolean admitted;
  private volatile @Nullable Runnable over;
  private long arrived; // of the message that is arriving
  private long sum;
  private boolean told;

  static final class Factory extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
      return new InboundBound();
    }
  }

  /** The bound of the call that is being started on this thread. */
  static InboundBound ofThisCall() {
    return KEY.get();
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  /** What to do, once, when a message passes the bound. */
  void onOver(Runnable listener) {
    over = listener;
  }

  /** The caller is in: its debug bytes may come in larger messages. */
  void raise() {
    admitted = true;
  }

  @Override
  public void inboundWireSize(long bytes) {
    arrived += bytes;
    sum += bytes;
    Runnable listener = over;
    boolean passed = admitted ? arrived > MAX_MESSAGE_BYTES : sum > BEFORE_ADMISSION_BYTES;
    if (passed && !told && listener != null) {
      told = true;
      listener.run();
    }
  }

  @Override
  public void inboundMessageRead(int sequence, long wireSize, long size) {
    arrived = 0;
  }
}
