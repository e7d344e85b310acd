package dev.postern.policy.bundle;

/** A bundle is not to be used. The message says what is wrong, for the operator. */
public final class BundleRefused extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Why {
    /** Not a tar, no manifest, or a manifest that does not say what it has to. */
    MALFORMED,
    /** A file that the manifest does not list, or one it lists that is not there. */
    FILES,
    /** A path that is absolute, climbs, or is none of a policy file. */
    PATH,
    /** A link, a device, a folder entry: anything but a plain file. */
    NOT_A_FILE,
    /** The same path twice. */
    DUPLICATE,
    /** A file's content is not what the manifest says. */
    DIGEST,
    /** Nobody signed it. */
    UNSIGNED,
    /** A signature that names a trusted key and does not hold. */
    SIGNATURE,
    /** Fewer trusted keys signed it than are asked for. */
    TOO_FEW_SIGNERS,
    /** Its revision is not above the one in force. */
    ROLLED_BACK,
    /** Its term is over. */
    EXPIRED,
    /** It is for other gateways. */
    OTHER_GATEWAY
  }

  private final Why why;

  public BundleRefused(Why why, String message) {
    super(message, null, false, false);
    this.why = why;
  }

  public Why why() {
    return why;
  }

  /** The message; never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
