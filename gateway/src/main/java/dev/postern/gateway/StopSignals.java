package dev.postern.gateway;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that ask the process to stop. A shutdown hook would see the first one only: Java
 * takes no second signal while its hooks run. The class for it is public but has no supported name,
 * so it is looked up.
 */
final class StopSignals {
  private static final Logger log = LoggerFactory.getLogger(StopSignals.class);

  private StopSignals() {}

  /** Runs {@code first} at the first SIGTERM, SIGINT or SIGHUP, {@code again} at each later one. */
  static void install(Runnable first, Runnable again) {
    var stopping = new AtomicBoolean();
    Runnable asked =
        () -> {
          if (stopping.compareAndSet(false, true)) {
            first.run();
          } else {
            again.run();
          }
        };
    for (String name : new String[] {"TERM", "INT", "HUP"}) {
      try {
        handle(name, asked);
      } catch (ReflectiveOperationException | IllegalArgumentException cannot) {
        log.warn("signal cannot be handled signal={} cause={}", name, cannot.toString());
      }
    }
  }

  private static void handle(String name, Runnable asked) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object proxy =
        Proxy.newProxyInstance(
            StopSignals.class.getClassLoader(),
            new Class<?>[] {handler},
            (self, method, args) ->
                switch (method.getName()) {
                  case "handle" -> {
                    asked.run();
                    yield null;
                  }
                  case "equals" ->
                      System.identityHashCode(self) == System.identityHashCode(args[0]);
                  case "hashCode" -> System.identityHashCode(self);
                  default -> "stop on SIG" + name;
                });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
  }
}
