package dev.postern.gateway.dlv;

/**
 * Told which targets this gateway is inside, so that somebody can restore them if it dies. Safe for
 * use by many threads; {@link #using} and {@link #breakpoints} return once the word would survive
 * the gateway.
 */
public interface TargetWatch {
  /** Watches nothing; for tests. */
  TargetWatch NONE =
      new TargetWatch() {
        @Override
        public boolean using(Endpoint endpoint) {
          return false;
        }

        @Override
        public void breakpoints(Endpoint endpoint) {}

        @Override
        public void free(Endpoint endpoint) {}
      };

  /**
   * The gateway is about to connect: the process may be left stopped.
   *
   * @return whether an earlier use was never finished: something of ours may be left there
   */
  boolean using(Endpoint endpoint);

  /** The gateway is about to set a breakpoint. */
  void breakpoints(Endpoint endpoint);

  /** The target is as it was found. */
  void free(Endpoint endpoint);
}
