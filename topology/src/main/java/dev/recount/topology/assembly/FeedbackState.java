package dev.recount.topology.assembly;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What is known of one piece of feedback: which edition holds, and whom it was handed to. */
final class FeedbackState {
  private static final byte FORMAT = 1;

  /** Append time of the first edition: the key time of the feedback's row. */
  long firstAppend;

  /** Append time of the last edition that changed anything. */
  long lastAppend;

  /** When the timer fires; 0 for none. */
  long timerDue;

  /** Number of hand-overs so far. */
  long acts;

  /** The edition that holds: its precedence and the SHA-256 of its content. */
  long precedence;

  byte[] sha256 = new byte[0];

  /** Key of the log that it was handed to; empty for none. */
  String target = "";

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeLong(firstAppend);
      out.writeLong(lastAppend);
      out.writeLong(timerDue);
      out.writeLong(acts);
      out.writeLong(precedence);
      out.writeByte(sha256.length);
      out.write(sha256);
      out.writeUTF(target);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static FeedbackState decode(byte[] bytes) {
    FeedbackState state = new FeedbackState();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException(
            "State was written by another version of Recount (feedback format " + format + ")");
      }
      state.firstAppend = in.readLong();
      state.lastAppend = in.readLong();
      state.timerDue = in.readLong();
      state.acts = in.readLong();
      state.precedence = in.readLong();
      state.sha256 = in.readNBytes(in.readUnsignedByte());
      state.target = in.readUTF();
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
    return state;
  }
}
