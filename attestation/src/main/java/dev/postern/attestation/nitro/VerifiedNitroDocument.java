package dev.postern.attestation.nitro;

import dev.postern.attestation.x509.VerifiedChain;

/** A document that AWS's hypervisor signed. Only {@link NitroVerifier} makes one. */
public final class VerifiedNitroDocument {
  private final NitroDocument document;
  private final VerifiedChain chain;

  VerifiedNitroDocument(NitroDocument document, VerifiedChain chain) {
    this.document = document;
    this.chain = chain;
  }

  public NitroDocument document() {
    return document;
  }

  public VerifiedChain chain() {
    return chain;
  }
}
