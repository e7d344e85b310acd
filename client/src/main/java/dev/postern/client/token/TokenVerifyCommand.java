package dev.postern.client.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.attestation.Reason;
import dev.postern.attestation.TokenVerifier;
import dev.postern.attestation.Verification;
import dev.postern.attestation.VerifiedToken;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ConfigurationFile;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.config.ConfigLoader;
import dev.postern.config.PosternConfig;
import dev.postern.config.TrustOnly;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code postern token verify}: judges tokens as a gateway of a configuration would, all but proof
 * of possession, and policy and replay unless asked for.
 */
@Command(
    name = "verify",
    description = {
      "Judges tokens as a gateway of this configuration would: all but proof, policy and replay.",
      "Reads {\"id\",\"token\"} a line, prints {\"id\",\"decision\",\"reason\"} a line."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TokenVerifyCommand implements Callable<Integer> {
  /** Far above the longest token that can be good, so that one too long is judged as such. */
  private static final int MAX_LINE_BYTES = 16 << 20;

  private static final JsonLimits LINE =
      new JsonLimits(MAX_LINE_BYTES, 4, 16, 16, MAX_LINE_BYTES, 32, false);
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Surroundings around;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "C",
      description = "postern.yaml; its gateway.id and trust are read.")
  private Path config = Path.of("");

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "Judge as of this time (2026-11-23T20:00:00Z, or seconds since 1970).")
  private @Nullable String at;

  @Option(names = "--replay", description = "Reject a jti that was accepted before in this run.")
  private boolean replay;

  @Option(
      names = "--policy",
      paramLabel = "TARGET:TOOL",
      description = "Apply the configured policies too.")
  private @Nullable String policy;

  @Option(
      names = "--jsonl",
      description =
          "Many tokens: one JSON object a line, in and out. Without it, the input is one token.")
  private boolean jsonl;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "F",
      defaultValue = "-",
      description = "The lines. Default: standard input.")
  private String file = "-";

  private final Set<String> used = new HashSet<>();

  /** One line, understood. */
  private record Question(JsonValue id, String token) {}

  /**
   * What came of one token.
   *
   * @param reason of a rejection; empty if accepted
   */
  private record Judgement(String reason, boolean simulated) {
    boolean accepted() {
      return reason.isEmpty();
    }
  }

  public TokenVerifyCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    InstantSource clock = clock();
    Optional<PolicyQuestion> question = Optional.empty();
    TrustOnly trust;
    if (policy == null) {
      trust = ConfigurationFile.usable(ConfigLoader.loadTrust(config));
    } else {
      PosternConfig whole = ConfigurationFile.usable(ConfigLoader.load(config));
      trust = new TrustOnly(whole.gateway().id(), whole.trust());
      question = Optional.of(PolicyQuestion.load(whole, policy, clock.instant()));
    }
    TokenVerifier verifier = ConfiguredVerifier.of(trust, clock);
    try (InputStream in = new BufferedInputStream(open(), BUFFER_BYTES)) {
      return jsonl ? judge(in, verifier, question, clock) : judgeOne(in, verifier, question, clock);
    } catch (IOException e) {
      throw CommandFailure.input(Inputs.cannotRead("the tokens", file, e));
    }
  }

  private int judge(
      InputStream in,
      TokenVerifier verifier,
      Optional<PolicyQuestion> question,
      InstantSource clock)
      throws IOException {
    var out = new BufferedOutputStream(around.out(), BUFFER_BYTES);
    boolean rejected = false;
    boolean malformed = false;
    long number = 0;
    Optional<byte[]> line = line(in);
    while (line.isPresent()) {
      number++;
      if (line.get().length > 0) {
        Optional<Question> read = read(line.get(), number);
        if (read.isPresent()) {
          rejected |= answer(read.get(), verifier, question, clock, out);
        }
        malformed |= read.isEmpty();
      }
      if (in.available() == 0) {
        out.flush();
      }
      line = line(in);
    }
    out.flush();
    around.out().flush();
    return malformed ? ExitStatus.INPUT : rejected ? ExitStatus.FOUND : ExitStatus.DONE;
  }

  /** The whole input as one token, for a person. */
  private int judgeOne(
      InputStream in,
      TokenVerifier verifier,
      Optional<PolicyQuestion> question,
      InstantSource clock)
      throws IOException {
    String text = new String(in.readNBytes(MAX_LINE_BYTES), US_ASCII).strip();
    Judgement judgement = judge(text, verifier, question, clock);
    around
        .out()
        .println(
            (judgement.accepted() ? "accept" : "reject " + judgement.reason())
                + (judgement.simulated() ? " (SIMULATED)" : ""));
    around.out().flush();
    return judgement.accepted() ? ExitStatus.DONE : ExitStatus.FOUND;
  }

  /** Writes the answer; whether it is a rejection. */
  private boolean answer(
      Question asked,
      TokenVerifier verifier,
      Optional<PolicyQuestion> question,
      InstantSource clock,
      OutputStream out)
      throws IOException {
    Judgement judgement = judge(asked.token(), verifier, question, clock);
    var answer = new LinkedHashMap<String, JsonValue>();
    answer.put("id", asked.id());
    answer.put("decision", new JsonString(judgement.accepted() ? "accept" : "reject"));
    answer.put("reason", new JsonString(judgement.reason()));
    if (judgement.simulated()) {
      answer.put("simulated", JsonBool.TRUE);
    }
    out.write(JsonWriter.writeBytes(new JsonObject(answer)));
    out.write('\n');
    return !judgement.accepted();
  }

  private Judgement judge(
      String text, TokenVerifier verifier, Optional<PolicyQuestion> question, InstantSource clock) {
    return switch (verifier.verify(text)) {
      case Verification.Denied denied -> new Judgement(denied.reason().name(), false);
      case Verification.Verified(VerifiedToken token) ->
          new Judgement(
              furtherReason(token, question, clock.instant()), token.attestation().simulated());
    };
  }

  /** Why a verified token is rejected all the same; empty if it is not. */
  private String furtherReason(
      VerifiedToken token, Optional<PolicyQuestion> question, Instant now) {
    Optional<String> denial = question.flatMap(asked -> asked.denial(token, now));
    if (denial.isPresent()) {
      return denial.get();
    }
    return replay && !used.add(token.replayKey()) ? Reason.CLAIM_REPLAYED.name() : "";
  }

  private Optional<Question> read(byte[] line, long number) {
    try {
      JsonObject object = JsonReader.readObject(line, LINE);
      JsonValue id = object.get("id").orElse(JsonValue.JsonNull.NULL);
      if ((id instanceof JsonString || id instanceof JsonNumber) && object.has("token")) {
        return Optional.of(new Question(id, object.string("token").orElse("")));
      }
      around.say("line " + number + ": expected {\"id\": …, \"token\": \"…\"}");
    } catch (JsonException e) {
      around.say("line " + number + ": " + e.getMessage());
    }
    return Optional.empty();
  }

  /**
   * The next line without its end; empty at the end of the input. A longer one than can be is cut,
   * and so malformed.
   */
  private static Optional<byte[]> line(InputStream in) throws IOException {
    int next = in.read();
    if (next < 0) {
      return Optional.empty();
    }
    var bytes = new ByteArrayOutputStream(4096);
    while (next >= 0 && next != '\n') {
      if (bytes.size() <= MAX_LINE_BYTES) {
        bytes.write(next);
      }
      next = in.read();
    }
    return Optional.of(bytes.toByteArray());
  }

  private InputStream open() throws IOException {
    return file.equals("-") ? around.in() : Files.newInputStream(Path.of(file));
  }

  private InstantSource clock() throws CommandFailure {
    if (at == null) {
      return around.clock();
    }
    try {
      return InstantSource.fixed(
          at.matches("[0-9]{1,11}")
              ? Instant.ofEpochSecond(Long.parseLong(at))
              : Instant.parse(at));
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage(
          "--at takes a time such as 2026-11-23T20:00:00Z, and not `" + at + "`");
    }
  }
}
