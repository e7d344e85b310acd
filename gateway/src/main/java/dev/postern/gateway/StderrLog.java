package dev.postern.gateway;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Logs to stderr, one line an event: time, level, a constant sentence, then keys and values. */
public final class StderrLog {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private StderrLog() {}

  public static void install() {
    LogManager.getLogManager().reset();
    Handler handler = new ConsoleHandler();
    handler.setFormatter(new Line());
    handler.setLevel(Level.INFO);
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    root.setLevel(Level.INFO);
    // gRPC logs what peers do wrong as its own trouble; a peer must not fill the log with that
    Logger.getLogger("io.grpc").setLevel(Level.SEVERE);
    Logger.getLogger("io.netty").setLevel(Level.SEVERE);
  }

  private static final class Line extends Formatter {
    @Override
    public String format(LogRecord event) {
      var out = new StringBuilder();
      out.append(TIME.format(event.getInstant())).append(' ');
      out.append(event.getLevel().getName().toLowerCase(Locale.ROOT)).append(' ');
      out.append(oneLine(formatMessage(event))).append('\n');
      if (event.getThrown() != null) {
        var trace = new StringWriter();
        event.getThrown().printStackTrace(new PrintWriter(trace));
        out.append(trace.toString().indent(2));
      }
      return out.toString();
    }

    private static String oneLine(String text) {
      return text.indexOf('\n') < 0 && text.indexOf('\r') < 0
          ? text
          : text.replaceAll("[\\r\\n]+", " ");
    }
  }
}
