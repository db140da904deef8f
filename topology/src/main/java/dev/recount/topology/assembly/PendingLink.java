package dev.recount.topology.assembly;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A piece of feedback that names an alias. Of its {@link KeyedState} the last append is that of the
 * link by which it came, and the acts are what has been done about that link.
 */
@SuppressWarnings("EnumOrdinal") // the ordinal is the stored form, see Standing
final class PendingLink extends KeyedState {
  private static final byte FORMAT = 1;

  /** Where a piece of feedback stands. Stored by position: append only. */
  enum Standing {
    /** For a trace in which the alias occurs. */
    WAITING,
    /** The log of the trace has a link. */
    LINKED,
    /** As unmatched, because no trace came. */
    REPORTED
  }

  private static final Standing[] STANDINGS = Standing.values();

  /** The link by which it came. */
  byte[] event = new byte[0];

  /** Revision of that link. */
  long revision;

  Standing standing = Standing.WAITING;

  /** The trace that it was linked to; empty for none. */
  String target = "";

  @Override
  byte format() {
    return FORMAT;
  }

  @Override
  void write(DataOutputStream out) throws IOException {
    writeBytes(out, event);
    out.writeLong(revision);
    out.writeByte(standing.ordinal());
    out.writeUTF(target);
  }

  @Override
  void read(DataInputStream in) throws IOException {
    event = readBytes(in);
    revision = in.readLong();
    standing = STANDINGS[in.readByte()];
    target = in.readUTF();
  }
}
