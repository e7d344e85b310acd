package dev.postern.gateway.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.gateway.dlv.DlvTargets;
import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.MessageSink;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.gateway.stream.TargetSide;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A process of its own that the tests kill: opens a controlling session on the endpoint given,
 * halts the target, sets a breakpoint, says {@code holding} and waits. With a third argument it
 * leaves its guard out.
 */
public final class DoomedGateway {
  private DoomedGateway() {}

  public static void main(String[] args) throws Exception {
    TargetGuard guard = TargetGuard.open(Path.of(args[0]), new SecureRandom());
    var targets = new DlvTargets(guard.instance(), guard, System::nanoTime);
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    var client =
        new ClientSide() {
          @Override
          public void send(byte[] data) {
            answers.add(new String(data, UTF_8));
          }

          @Override
          public void notice(NoticeEvent notice) {}

          @Override
          public void end(EndReason why, String detail) {
            answers.add(why + " " + detail);
          }
        };
    TargetSide side =
        targets.open(
            new SessionGrant(
                "S-doomed",
                "D-1",
                "alice",
                "test",
                "shop/app",
                URI.create(args[1]),
                "dlv",
                Set.of("dlv/observe", "dlv/control"),
                StreamLimits.NONE_NAMED,
                StreamObligations.NONE,
                true,
                MessageSink.NONE),
            client);
    ask(side, answers, "Command", "{\"name\":\"halt\"}");
    ask(
        side,
        answers,
        "CreateBreakpoint",
        "{\"Breakpoint\":{\"functionName\":\"main.tick\",\"line\":-1}}");
    if (args.length > 2) {
      guard.guardProcess().destroyForcibly().waitFor();
    }
    System.out.println("holding");
    System.out.flush();
    Thread.currentThread().join();
  }

  private static void ask(
      TargetSide side, BlockingQueue<String> answers, String method, String args)
      throws InterruptedException {
    side.onData(
        ("{\"method\":\"RPCServer." + method + "\",\"params\":[" + args + "],\"id\":1}")
            .getBytes(UTF_8));
    String answer = answers.take();
    if (!answer.contains("\"error\":null")) {
      throw new IllegalStateException(method + ": " + answer);
    }
  }
}
