package dev.postern.client.tpm;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One TPM 2.0 command being written and its response being read.
 *
 * <p>Source: TPM 2.0 Library part 1 §18 (structure), part 3 (commands).
 */
final class TpmCommand {
  private static final int NO_SESSIONS = 0x8001;
  private static final int SESSIONS = 0x8002;
  private static final int RETRY = 0x922;
  private static final int MAX_ATTEMPTS = 20;
  private static final int PASSWORD_SESSION = 0x40000009;

  private final String name;
  private final int code;
  private final ByteBuffer handles = ByteBuffer.allocate(16);
  private final ByteBuffer parameters = ByteBuffer.allocate(TpmConnection.MAX_MESSAGE);
  private int authorizations;

  /** What came back: handles first, then parameters. */
  static final class Response {
    private final String command;
    private final ByteBuffer in;

    private Response(String command, ByteBuffer in) {
      this.command = command;
      this.in = in;
    }

    int u16() throws TpmFailure {
      return Short.toUnsignedInt(ByteBuffer.wrap(bytes(2)).getShort());
    }

    int u32() throws TpmFailure {
      return ByteBuffer.wrap(bytes(4)).getInt();
    }

    /** A length of 16 bits, then as many bytes. */
    byte[] sized() throws TpmFailure {
      return bytes(u16());
    }

    byte[] bytes(int count) throws TpmFailure {
      try {
        byte[] bytes = new byte[Math.min(count, TpmConnection.MAX_MESSAGE)];
        in.get(bytes);
        return bytes;
      } catch (BufferUnderflowException tooShort) {
        throw new TpmFailure("TPM2_" + command + ": the answer is too short");
      }
    }

    /** Everything from here on, up to the authorizations that follow the parameters. */
    byte[] rest(int parametersEnd) throws TpmFailure {
      return bytes(parametersEnd - in.position());
    }

    int position() {
      return in.position();
    }
  }

  TpmCommand(String name, int code) {
    this.name = name;
    this.code = code;
  }

  TpmCommand handle(int handle) {
    handles.putInt(handle);
    return this;
  }

  /** A handle to use with an empty password. */
  TpmCommand authorized(int handle) {
    authorizations++;
    return handle(handle);
  }

  TpmCommand u8(int value) {
    parameters.put((byte) value);
    return this;
  }

  TpmCommand u16(int value) {
    parameters.putShort((short) value);
    return this;
  }

  TpmCommand u32(int value) {
    parameters.putInt(value);
    return this;
  }

  TpmCommand bytes(byte[] value) {
    parameters.put(value);
    return this;
  }

  TpmCommand sized(byte[] value) {
    return u16(value.length).bytes(value);
  }

  Response run(TpmConnection tpm) throws TpmFailure {
    var out = ByteBuffer.allocate(TpmConnection.MAX_MESSAGE);
    out.putShort((short) (authorizations == 0 ? NO_SESSIONS : SESSIONS));
    out.putInt(0).putInt(code).put(handles.array(), 0, handles.position());
    if (authorizations > 0) {
      out.putInt(9 * authorizations);
      for (int i = 0; i < authorizations; i++) {
        out.putInt(PASSWORD_SESSION).putShort((short) 0).put((byte) 0).putShort((short) 0);
      }
    }
    out.put(parameters.array(), 0, parameters.position());
    out.putInt(2, out.position());
    byte[] command = Arrays.copyOf(out.array(), out.position());
    for (int attempt = 1; ; attempt++) {
      byte[] response = tpm.exchange(command);
      var in = ByteBuffer.wrap(response, 6, response.length - 6);
      int status = in.getInt();
      if (status == 0) {
        return new Response(name, in);
      }
      // the TPM was not ready, such as while it tests an algorithm; nothing was done
      if (status != RETRY || attempt == MAX_ATTEMPTS) {
        throw TpmFailure.ofCode(name, status);
      }
    }
  }
}
