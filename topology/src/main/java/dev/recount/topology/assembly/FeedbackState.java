package dev.recount.topology.assembly;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What is known of one piece of feedback: which edition holds, and whom it was handed to. The
 * append time of its first edition is the key time of its row.
 */
final class FeedbackState extends KeyedState {
  private static final byte FORMAT = 1;

  /** The edition that holds: its precedence and the SHA-256 of its content. */
  long precedence;

  byte[] sha256 = new byte[0];

  /** Key of the log that it was handed to; empty for none. */
  String target = "";

  @Override
  byte format() {
    return FORMAT;
  }

  @Override
  void write(DataOutputStream out) throws IOException {
    out.writeLong(precedence);
    out.writeByte(sha256.length);
    out.write(sha256);
    out.writeUTF(target);
  }

  @Override
  void read(DataInputStream in) throws IOException {
    precedence = in.readLong();
    sha256 = in.readNBytes(in.readUnsignedByte());
    target = in.readUTF();
  }
}
