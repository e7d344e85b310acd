package dev.postern.attestation.tdx;

import dev.postern.attestation.evidence.Octets;
import java.time.Instant;
import java.util.List;

/** A quote whose every signature leads to Intel's root. Only {@link TdxVerifier} makes one. */
public final class VerifiedTdxQuote {
  private final TdxQuote quote;
  private final Octets fmspc;
  private final TcbStatus status;
  private final List<String> advisories;
  private final long evaluationNumber;
  private final Instant currentUntil;

  VerifiedTdxQuote(
      TdxQuote quote,
      Octets fmspc,
      TcbStatus status,
      List<String> advisories,
      long evaluationNumber,
      Instant currentUntil) {
    this.quote = quote;
    this.fmspc = fmspc;
    this.status = status;
    this.advisories = List.copyOf(advisories);
    this.evaluationNumber = evaluationNumber;
    this.currentUntil = currentUntil;
  }

  public TdxQuote quote() {
    return quote;
  }

  /** The platform's family, model, stepping, platform and custom SKU, from the PCK certificate. */
  public Octets fmspc() {
    return fmspc;
  }

  /** Platform, TDX module and quoting enclave taken together. */
  public TcbStatus status() {
    return status;
  }

  public List<String> advisories() {
    return advisories;
  }

  /** The lower one of TCB info and QE identity. */
  public long evaluationNumber() {
    return evaluationNumber;
  }

  /** First instant at which TCB info or QE identity is no longer current (exclusive). */
  public Instant currentUntil() {
    return currentUntil;
  }
}
