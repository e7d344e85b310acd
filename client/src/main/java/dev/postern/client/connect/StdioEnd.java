package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Surroundings;
import java.io.InputStream;
import java.io.OutputStream;

/** Standard input and output as the local end of a session's only connection. */
final class StdioEnd implements Relay.LocalEnd {
  private final Surroundings around;

  StdioEnd(Surroundings around) {
    this.around = around;
  }

  /** Runs until the gateway ends the connection; what it ended with decides the exit status. */
  void serve(LocalSession session) throws CommandFailure, InterruptedException {
    try {
      Attachment attachment = session.take();
      new Relay(attachment, this).run();
      Refusal how = attachment.howItEnded();
      if (!how.isRegularEnd()) {
        throw how.asFailure("the session is over");
      }
    } catch (Refused e) {
      throw e.refusal().asFailure("the session is over");
    }
  }

  @Override
  public InputStream in() {
    return around.in();
  }

  @Override
  public OutputStream out() {
    return around.out();
  }

  @Override
  public void finishOutput() {
    around.out().flush();
  }

  /** Does nothing: whoever still reads standard input is left to it, the program ends anyway. */
  @Override
  public void close() {}
}
