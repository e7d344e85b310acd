package dev.postern.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.jose.Base64Url;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes challenges and recognises its own.
 *
 * <p>A challenge is 68 characters of base64url: purpose, time of issue, random bytes, and an
 * HMAC-SHA-256 over these and the binding, under a key that replicas share. Nothing is stored: that
 * it is used once follows from what it is bound to. 68 characters fit into {@code eat_nonce} of
 * every service (RFC 9711 §4.1: 8 to 88). Safe for use by many threads.
 */
public final class Challenges {
  /** What a challenge is for; it is refused for anything else. */
  public enum Purpose {
    /** To be signed in a proof of possession. */
    PROOF(1, Duration.ofSeconds(60)),
    /** To be the nonce of Evidence or of an Attestation Result. */
    ATTESTATION(2, Duration.ofMinutes(5));

    private final byte code;
    private final Duration lifetime;

    Purpose(int code, Duration lifetime) {
      this.code = (byte) code;
      this.lifetime = lifetime;
    }

    public Duration lifetime() {
      return lifetime;
    }
  }

  /** The answer to one check. */
  public enum Check {
    GOOD,
    /** Not one of ours, of another purpose, or bound to something else. */
    FOREIGN,
    EXPIRED
  }

  /**
   * A new challenge.
   *
   * @param expiresAt first instant at which it is no longer good
   */
  public record Issued(String challenge, Instant expiresAt) {}

  /** Length of every challenge, in characters. */
  public static final int CHARS = 68;

  private static final int MIN_KEY_BYTES = 32;
  private static final int TIME_BYTES = 6;
  private static final int RANDOM_BYTES = 12;
  private static final int HEAD_BYTES = 1 + TIME_BYTES + RANDOM_BYTES;
  private static final int MAC_BYTES = 32;

  /** How far into the future a replica's clock may be. */
  private static final Duration REPLICA_SKEW = Duration.ofSeconds(5);

  private final SecretKeySpec key;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * Challenges under one key.
   *
   * @param key shared by the replicas, at least 32 random bytes
   */
  public Challenges(byte[] key, InstantSource clock) {
    if (key.length < MIN_KEY_BYTES) {
      throw new IllegalArgumentException("a challenge key has at least 32 bytes");
    }
    this.key = new SecretKeySpec(key, "HmacSHA256");
    this.clock = clock;
  }

  private Challenges(SecretKeySpec key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
  }

  /** The same challenges as they stood then: one that was good then has not expired since. */
  public Challenges asOf(Instant then) {
    return new Challenges(key, () -> then);
  }

  /**
   * Issues a challenge.
   *
   * @param binding what it is about, such as a session id; the same text must be given to {@link
   *     #check}; empty if nothing
   */
  public Issued issue(Purpose purpose, String binding) {
    Instant now = Instant.ofEpochMilli(clock.instant().toEpochMilli());
    byte[] randomBytes = new byte[RANDOM_BYTES];
    random.nextBytes(randomBytes);
    byte[] head =
        ByteBuffer.allocate(HEAD_BYTES)
            .put(purpose.code)
            .putShort((short) (now.toEpochMilli() >>> 32))
            .putInt((int) now.toEpochMilli())
            .put(randomBytes)
            .array();
    byte[] whole = Arrays.copyOf(head, HEAD_BYTES + MAC_BYTES);
    System.arraycopy(mac(head, binding), 0, whole, HEAD_BYTES, MAC_BYTES);
    return new Issued(Base64Url.encode(whole), now.plus(purpose.lifetime()));
  }

  /** Checks a challenge that came back. */
  public Check check(String challenge, Purpose purpose, String binding) {
    if (challenge.length() != CHARS) {
      return Check.FOREIGN;
    }
    Optional<byte[]> decoded = Base64Url.decode(challenge);
    if (decoded.isEmpty() || decoded.get()[0] != purpose.code) {
      return Check.FOREIGN;
    }
    byte[] head = Arrays.copyOf(decoded.get(), HEAD_BYTES);
    byte[] given = Arrays.copyOfRange(decoded.get(), HEAD_BYTES, HEAD_BYTES + MAC_BYTES);
    if (!MessageDigest.isEqual(mac(head, binding), given)) {
      return Check.FOREIGN;
    }
    var buffer = ByteBuffer.wrap(head, 1, TIME_BYTES);
    long issuedMs = (buffer.getShort() & 0xffffL) << 32 | (buffer.getInt() & 0xffffffffL);
    Instant issuedAt = Instant.ofEpochMilli(issuedMs);
    Instant now = clock.instant();
    if (issuedAt.isAfter(now.plus(REPLICA_SKEW))) {
      return Check.EXPIRED; // a clock was set back: fail closed
    }
    // the end is exclusive
    return now.isBefore(issuedAt.plus(purpose.lifetime())) ? Check.GOOD : Check.EXPIRED;
  }

  private byte[] mac(byte[] head, String binding) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(head); // of fixed length: no two (head, binding) give the same input
      return mac.doFinal(binding.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "Challenges";
  }
}
