package dev.postern.gateway.stream;

import java.nio.ByteBuffer;
import java.util.List;

/** Debug bytes that still lie in the buffers they came in. Whoever is given them closes them. */
public interface LentBytes extends AutoCloseable {
  int length();

  /** The bytes, valid until closed. */
  List<ByteBuffer> buffers();

  @Override
  void close();
}
