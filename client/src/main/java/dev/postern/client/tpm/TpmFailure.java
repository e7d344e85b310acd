package dev.postern.client.tpm;

import java.io.IOException;

/** A TPM that cannot be reached, or says no. */
public final class TpmFailure extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int BAD_AUTH = 0x9a2;
  private static final int AUTH_FAIL = 0x98e;
  private static final int LOCKOUT = 0x921;
  private static final int INITIALIZE = 0x100;
  private static final int OBJECT_MEMORY = 0x902;

  TpmFailure(String message) {
    super(message);
  }

  TpmFailure(String message, Throwable cause) {
    super(message, cause);
  }

  static TpmFailure ofCode(String command, int code) {
    String why =
        switch (code) {
          case BAD_AUTH, AUTH_FAIL -> "the hierarchy has a password, which is not supported";
          case LOCKOUT -> "the TPM is locked out";
          case INITIALIZE -> "the TPM was not started (TPM2_Startup)";
          case OBJECT_MEMORY -> "no room for another key; use the resource manager, /dev/tpmrm0";
          default -> "response code";
        };
    return new TpmFailure("TPM2_%s: %s (0x%x)".formatted(command, why, code));
  }
}
