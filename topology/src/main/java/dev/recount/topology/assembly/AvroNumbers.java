package dev.recount.topology.assembly;

import java.nio.ByteBuffer;

/** Numbers in Avro binary: zigzag, seven bits to a byte, the lowest first. */
final class AvroNumbers {
  /** Bytes of the longest number. */
  static final int LONGEST = 10;

  private AvroNumbers() {}

  /** How many bytes a number takes up. */
  static int bytes(long value) {
    long zigzag = zigzag(value);
    int bytes = 1;
    while ((zigzag & ~0x7fL) != 0) {
      zigzag >>>= 7;
      bytes++;
    }
    return bytes;
  }

  static long read(ByteBuffer bytes) {
    long zigzag = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.get();
      zigzag |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
  }

  static void write(ByteBuffer bytes, long value) {
    long zigzag = zigzag(value);
    while ((zigzag & ~0x7fL) != 0) {
      bytes.put((byte) (zigzag & 0x7f | 0x80));
      zigzag >>>= 7;
    }
    bytes.put((byte) zigzag);
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }
}
