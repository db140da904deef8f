package dev.recount.topology.assembly;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * What is known of something that has a log of its own and is no trace: an alias, a piece of
 * feedback, a tool call. All times are the log's, milliseconds since the Unix epoch.
 */
abstract class KeyedState {
  /** Append time of the first event. */
  long firstAppend;

  /** Append time of the last event that changed anything. */
  long lastAppend;

  /** When the timer fires; 0 for none. */
  long timerDue;

  /** Number of the last thing that was done about it: linked, reported, handed over. */
  long acts;

  /** Number of the stored form. */
  abstract byte format();

  /** Writes what only states of this kind hold. */
  abstract void write(DataOutputStream out) throws IOException;

  /** Reads what {@link #write} has written. */
  abstract void read(DataInputStream in) throws IOException;

  /**
   * Append time of the first event, of the stored form of a state of this kind.
   *
   * @throws OtherVersionException when it was written by another version of Recount
   */
  final long firstAppendOf(byte[] encoded) {
    requireFormat(encoded[0]);
    return ByteBuffer.wrap(encoded).getLong(1);
  }

  private void requireFormat(byte format) {
    if (format != format()) {
      throw new OtherVersionException(getClass().getSimpleName(), format);
    }
  }

  final byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(format());
      out.writeLong(firstAppend);
      out.writeLong(lastAppend);
      out.writeLong(timerDue);
      out.writeLong(acts);
      write(out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  final void decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      requireFormat(in.readByte());
      firstAppend = in.readLong();
      lastAppend = in.readLong();
      timerDue = in.readLong();
      acts = in.readLong();
      read(in);
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  /** Writes bytes after their number. */
  static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Reads what {@link #writeBytes} has written. */
  static byte[] readBytes(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }
}
