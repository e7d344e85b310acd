package dev.postern.client.connect;

import dev.postern.attestation.mint.ProofSigner;
import dev.postern.client.command.CommandFailure;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.Notice;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This caller's side of one session, or of several in a row where new tokens can be had.
 *
 * <p>As long as it is open, at least one attachment is: with no local connection, a spare one keeps
 * the session and is given to the next. When the spare is lost it is opened again, for a while;
 * when the gateway says that the session is over, the next local connection starts a new one if
 * there is a new token, else {@link #over} completes. Safe for use by many threads.
 */
final class LocalSession implements AutoCloseable {
  /**
   * What to ask for.
   *
   * @param gatewayId the id to sign proofs for; null to take it from the token
   * @param hold how long the gateway keeps the session without a connection
   */
  record Wanted(
      String target,
      String tool,
      List<String> scopes,
      String reason,
      @Nullable String gatewayId,
      Duration hold) {
    Wanted {
      scopes = List.copyOf(scopes);
    }
  }

  static final Duration QUIET = Duration.ofSeconds(20);
  private static final Duration ADMISSION_PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);
  private static final Duration CLOSING_PATIENCE = Duration.ofSeconds(3);
  private static final int MAX_RECOVERIES = 8;

  private final Channel channel;
  private final Wanted wanted;
  private final TokenSource tokens;
  private final ProofSigner key;
  private final Notices notices;
  private final LongSupplier nanoTicker;
  private final CompletableFuture<CommandFailure> over = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ReentrantLock admitting = new ReentrantLock();
  private final Executor tellers =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("tell").factory());
  private final Events events = new Events();

  private final Object lock = new Object();
  private final Set<Attachment> open = new HashSet<>(); // guarded by lock
  private @Nullable Attachment spare; // guarded by lock
  private String sessionId = ""; // guarded by lock; empty when a new session has to be begun
  private List<String> granted = List.of(); // guarded by lock; scopes of the session
  private String token = ""; // guarded by lock; that of the session
  private String sentToken = ""; // guarded by lock; sent as a renewal, not yet confirmed
  private int connections; // guarded by lock
  private int recoveries; // guarded by lock; in a row, without a local connection in between

  LocalSession(
      Channel channel,
      Wanted wanted,
      TokenSource tokens,
      ProofSigner key,
      Notices notices,
      LongSupplier nanoTicker) {
    this.channel = channel;
    this.wanted = wanted;
    this.tokens = tokens;
    this.key = key;
    this.notices = notices;
    this.nanoTicker = nanoTicker;
  }

  /** Is admitted with a token, for the first time. */
  Admitted begin() throws CommandFailure, InterruptedException {
    try {
      Attachment first = admit(tokens.next());
      keepSpare(first);
      return first.admitted();
    } catch (Refused e) {
      throw e.refusal().asFailure(e.refusal().exitStatus() == 1 ? "denied" : "cannot connect");
    }
  }

  /** Completes when nothing more can come of this session, with what to tell the person. */
  CompletableFuture<CommandFailure> over() {
    return over;
  }

  /** An attachment for one local connection, to be given back with {@link #release}. */
  Attachment take() throws Refused, CommandFailure, InterruptedException {
    synchronized (lock) {
      connections++;
      recoveries = 0;
      Attachment kept = spare;
      if (kept != null) {
        spare = null;
        return kept;
      }
    }
    boolean done = false;
    try {
      Attachment fresh = further();
      done = true;
      return fresh;
    } finally {
      if (!done) {
        released();
      }
    }
  }

  /** Takes note that a local connection is over. */
  void release(Attachment attachment) {
    attachment.halfClose();
    released();
  }

  private void released() {
    boolean last;
    synchronized (lock) {
      last = --connections == 0 && spare == null && !sessionId.isEmpty();
    }
    if (last) {
      recover();
    }
  }

  /** A live attachment of this session to send a renewal on, and the session it belongs to. */
  Optional<Attachment> any() {
    synchronized (lock) {
      return open.stream().findAny();
    }
  }

  /** The token that the session was last begun or renewed with. */
  String token() {
    synchronized (lock) {
      return token;
    }
  }

  /** The scopes that hold in the session; what a renewal's proof names. */
  List<String> granted() {
    synchronized (lock) {
      return granted;
    }
  }

  String sessionId() {
    synchronized (lock) {
      return sessionId;
    }
  }

  /** Takes note that this token has been sent as a renewal; it counts once the gateway says so. */
  void renewalSent(String newToken) {
    synchronized (lock) {
      sentToken = newToken;
    }
  }

  void keepAlive() {
    List<Attachment> all;
    synchronized (lock) {
      all = List.copyOf(open);
    }
    all.forEach(attachment -> attachment.keepAlive(QUIET));
  }

  /** The proof for a challenge of this session; also for a renewal, whose token it then is. */
  String prove(
      String forToken,
      String session,
      List<String> scopes,
      Challenge challenge,
      ClientCall<?, ?> call) {
    String audience =
        wanted.gatewayId() == null
            ? OwnToken.audience(forToken, challenge.getGatewayId())
            : wanted.gatewayId();
    return key.sign(
        new ProofSigner.Request(
            audience,
            challenge.getChallenge(),
            forToken,
            session,
            wanted.target(),
            wanted.tool(),
            scopes,
            GatewayChannel.serverCertificate(call)));
  }

  /**
   * One more connection: in the session there is, or in a new one if that is over and there is a
   * new token.
   */
  private Attachment further() throws Refused, CommandFailure, InterruptedException {
    admitting.lock();
    try {
      String session = sessionId();
      if (!session.isEmpty()) {
        try {
          return reattach(session);
        } catch (Refused e) {
          if (!e.refusal().isGatewaysWord() || !mayBeginAnew()) {
            throw e;
          }
          notices.once("that session is over (" + e.refusal().reason() + "), starting a new one");
        }
      }
      Attachment fresh = admit(tokens.next());
      notices.admitted(fresh.admitted());
      return fresh;
    } finally {
      admitting.unlock();
    }
  }

  private boolean mayBeginAnew() throws CommandFailure, InterruptedException {
    if (tokens.renews()) {
      return true;
    }
    String now = tokens.next();
    synchronized (lock) {
      return !now.equals(token);
    }
  }

  private Attachment admit(String newToken) throws Refused, InterruptedException {
    AttachStart start = start().setToken(newToken).build();
    Attachment attachment =
        open(
            start,
            (challenge, call) ->
                prove(newToken, challenge.getSessionId(), wanted.scopes(), challenge, call));
    synchronized (lock) {
      sessionId = attachment.admitted().getSessionId();
      granted = attachment.admitted().getScopesList();
      token = newToken;
      sentToken = "";
    }
    return attachment;
  }

  private Attachment reattach(String session) throws Refused, InterruptedException {
    String sessionToken;
    synchronized (lock) {
      sessionToken = token;
    }
    return open(
        start().setSessionId(session).build(),
        (challenge, call) -> prove(sessionToken, session, wanted.scopes(), challenge, call));
  }

  private AttachStart.Builder start() {
    return AttachStart.newBuilder()
        .setTarget(wanted.target())
        .setTool(wanted.tool())
        .addAllScopes(wanted.scopes())
        .setReason(wanted.reason())
        .setHold(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(wanted.hold().toSeconds())
                .build());
  }

  private Attachment open(AttachStart start, Attachment.Prover prover)
      throws Refused, InterruptedException {
    Attachment attachment =
        Attachment.open(channel, start, prover, events, tellers, ADMISSION_PATIENCE, nanoTicker);
    synchronized (lock) {
      open.add(attachment);
    }
    if (isClosing() || attachment.isOver()) {
      forget(attachment);
    }
    return attachment;
  }

  private void forget(Attachment attachment) {
    if (isClosing()) {
      attachment.cancel("the client is closing");
    }
    synchronized (lock) {
      open.remove(attachment);
    }
  }

  private void keepSpare(Attachment attachment) {
    boolean needed;
    synchronized (lock) {
      needed = connections == 0 && spare == null && open.contains(attachment);
      if (needed) {
        spare = attachment;
      }
    }
    if (!needed) {
      attachment.halfClose();
      if (attachment.isOver() && isSpareNeeded()) {
        recover();
      }
    }
  }

  /** Opens a spare again, trying for a while if the gateway cannot be reached. */
  private void recover() {
    Thread.ofVirtual()
        .name("recover")
        .start(
            () -> {
              try {
                tryToRecover();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private void tryToRecover() throws InterruptedException {
    Duration pause = Duration.ofMillis(250);
    while (!isClosing() && isSpareNeeded()) {
      Refusal why;
      try {
        keepSpare(reattach(sessionId()));
        return;
      } catch (Refused e) {
        why = e.refusal();
      }
      boolean exhausted;
      synchronized (lock) {
        exhausted = ++recoveries > MAX_RECOVERIES;
      }
      if (!why.mayPass() || exhausted) {
        lost(why);
        return;
      }
      notices.once("lost the gateway (" + why.sentence() + "), trying again");
      if (closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
  }

  private boolean isSpareNeeded() {
    synchronized (lock) {
      return connections == 0 && spare == null && !sessionId.isEmpty();
    }
  }

  /** The session cannot be taken up again. */
  private void lost(Refusal why) throws InterruptedException {
    synchronized (lock) {
      sessionId = "";
    }
    boolean goesOn;
    try {
      goesOn = why.isGatewaysWord() && mayBeginAnew();
    } catch (CommandFailure noToken) {
      goesOn = false;
    }
    if (goesOn) {
      notices.once(
          "the session is over (" + why.sentence() + "); the next connection starts a new one");
    } else {
      over.complete(why.asFailure("the session is over"));
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /**
   * Ends the session: tells the gateway so, and waits a while until that has put the target in
   * order.
   */
  @Override
  public void close() {
    closing.countDown();
    List<Attachment> all;
    synchronized (lock) {
      all = List.copyOf(open);
      sessionId = "";
    }
    var _ = all.stream().anyMatch(Attachment::endSession); // one is enough
    all.forEach(Attachment::halfClose);
    long deadline = nanoTicker.getAsLong() + CLOSING_PATIENCE.toNanos();
    for (Attachment attachment : all) {
      long left = Math.max(0, deadline - nanoTicker.getAsLong());
      if (!attachment.awaitEnd(Duration.ofNanos(left))) {
        attachment.cancel("the client is closing");
      }
    }
  }

  private final class Events implements Attachment.Listener {
    @Override
    public void notice(Notice notice) {
      if (notice.getKind() == Notice.Kind.KIND_RENEWED) {
        synchronized (lock) {
          token = sentToken.isEmpty() ? token : sentToken;
          sentToken = "";
        }
      }
      notices.notice(notice);
    }

    @Override
    public void ended(Attachment which, Refusal how) {
      boolean wasSpare;
      boolean tooOften;
      synchronized (lock) {
        open.remove(which);
        wasSpare = spare == which;
        if (wasSpare) {
          spare = null;
          recoveries++;
        }
        tooOften = recoveries > MAX_RECOVERIES;
      }
      if (isClosing()) {
        return;
      }
      if (!how.isRegularEnd() && how.code() != Status.Code.CANCELLED) {
        notices.once((how.isGatewaysWord() ? "ended: " : "connection lost: ") + how.sentence());
      }
      if (wasSpare && tooOften) {
        over.complete(how.asFailure("the session ends again and again"));
      } else if (wasSpare) {
        recover();
      }
    }
  }
}
