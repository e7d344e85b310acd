package dev.postern.bench;

import com.sun.management.ThreadMXBean;
import dev.postern.attestation.FixedKeySets;
import dev.postern.attestation.TokenVerifier;
import dev.postern.attestation.TrustSettings;
import dev.postern.attestation.Verification;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.mint.SimulatedVerifier;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The cost of verifying a debug token with its nested Attestation Result, beside {@code openssl
 * speed ecdsap256} in interleaved rounds. What it costs to look at a result that was seen before is
 * the difference to a token that is refused for want of one.
 */
public final class VerifyBench {
  private static final int ROUNDS = 7;
  private static final int TOKENS = 2_000;

  private final SigningKey issuerKey = SigningKey.generate(Algorithm.ES256);
  private final SigningKey verifierKey = SigningKey.generate(Algorithm.ES256);
  private final SigningKey holder = SigningKey.generate(Algorithm.ES256);
  private final Instant now;
  private final DebugTokenMint mint =
      DebugTokenMint.ofIssuer("https://sts.example", issuerKey, "i1");
  private final SimulatedVerifier results =
      new SimulatedVerifier("https://verifier.example", verifierKey, "v1");

  private VerifyBench(Instant now) {
    this.now = now;
  }

  public static void main(String[] args) throws IOException {
    new VerifyBench(InstantSource.system().instant()).run();
  }

  private void run() throws IOException {
    String[] distinct = tokens(true, true);
    String[] sameResult = tokens(false, true);
    String[] withoutResult = tokens(false, false);

    long[] cold = new long[100];
    TokenVerifier first = verifier();
    long coldStart = System.nanoTime();
    time(first, distinct, cold, true);
    System.out.printf(
        "cold: first 100 verifies in %.1f ms, the slowest %.2f ms%n",
        (System.nanoTime() - coldStart) / 1e6, Arrays.stream(cold).max().orElseThrow() / 1e6);

    System.out.println(
        "round  libcrypto µs  token µs p50  p99  ratio to 2 verifies  allocated KB  result seen"
            + " before µs");
    double[] ratios = new double[ROUNDS];
    double[] seen = new double[ROUNDS];
    double[] kilobytes = new double[ROUNDS];
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int round = -1; round < ROUNDS; round++) {
      double libcrypto = Libcrypto.verifyMicros();
      long before = threads.getCurrentThreadAllocatedBytes();
      long[] full = time(verifier(), distinct, new long[TOKENS], true);
      double allocated = (threads.getCurrentThreadAllocatedBytes() - before) / 1024.0 / TOKENS;
      TokenVerifier warm = verifier();
      time(warm, sameResult, new long[TOKENS], true);
      long[] cached = time(warm, sameResult, new long[TOKENS], true);
      long[] none = time(warm, withoutResult, new long[TOKENS], false);
      if (round < 0) {
        continue;
      }
      ratios[round] = Samples.micros(full, 0.5) / (2 * libcrypto);
      seen[round] = Samples.micros(cached, 0.5) - Samples.micros(none, 0.5);
      kilobytes[round] = allocated;
      System.out.printf(
          "%5d %13.1f %13.1f %5.1f %20.2f %13.1f %22.2f%n",
          round,
          libcrypto,
          Samples.micros(full, 0.5),
          Samples.micros(full, 0.99),
          ratios[round],
          allocated,
          seen[round]);
    }
    System.out.printf(
        "median: %.2f x two libcrypto verifies; %.1f KB allocated; a result seen before costs %.2f"
            + " µs%n",
        Samples.median(ratios), Samples.median(kilobytes), Samples.median(seen));
  }

  private TokenVerifier verifier() {
    var trust =
        TrustSettings.forGateway("bench")
            .issuer(new TrustSettings.Issuer("https://sts.example", Set.of(Algorithm.ES256)))
            .verifier(
                new TrustSettings.Verifier(
                    "https://verifier.example", TrustSettings.Profile.EAT, Set.of(Algorithm.ES256)))
            .build();
    var keys =
        FixedKeySets.ofKeys(
            issuerKey.verificationKey("https://sts.example", "i1", KeyPurpose.TOKEN),
            verifierKey.verificationKey("https://verifier.example", "v1", KeyPurpose.ATTESTATION));
    return new TokenVerifier(trust, keys, InstantSource.fixed(now));
  }

  /** Tokens without a result are as long as those with one: only what is done with it differs. */
  private String[] tokens(boolean distinctResults, boolean withResult) {
    var tokens = new String[TOKENS];
    String shared = result(0);
    for (int i = 0; i < TOKENS; i++) {
      String result = withResult ? (distinctResults ? result(i) : shared) : "";
      tokens[i] =
          mint.mint(
              new DebugTokenMint.Claims(
                  "alice@example.com",
                  "bench",
                  "vscode-remote-1.92.0",
                  List.of("dlv/observe", "dlv/inspect"),
                  List.of("payments-oncall", withResult ? "none" : "x".repeat(shared.length())),
                  "jti-" + i,
                  now,
                  Duration.ofMinutes(10),
                  result),
              holder);
    }
    return tokens;
  }

  private String result(int i) {
    var good =
        SimulatedVerifier.Result.good(holder.thumbprint(), now.minusSeconds(i % 100), "bench");
    return results.eat(good, "tag:example.com,2026:ws-" + i);
  }

  private static long[] time(TokenVerifier verifier, String[] tokens, long[] nanos, boolean good) {
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      Verification got = verifier.verify(tokens[i]);
      nanos[i] = System.nanoTime() - start;
      if (good != (got instanceof Verification.Verified)) {
        throw new IllegalStateException("the bench token gave " + got);
      }
    }
    return nanos;
  }
}
