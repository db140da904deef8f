package dev.recount.topology.assembly;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is known of one alias: the traces that it occurs in and the feedback that names it. */
@SuppressWarnings("EnumOrdinal") // the ordinal is the stored form, see Standing
final class AliasState extends KeyedState {
  private static final byte FORMAT = 2;

  /** Where a piece of feedback stands. Stored by position: append only. */
  enum Standing {
    /** For a trace in which the alias occurs. */
    WAITING,
    /** The log of the trace has a link. */
    LINKED,
    /** As unmatched, because no trace came. */
    REPORTED,
    /** Reported as unmatched, because there are several traces. */
    AMBIGUOUS,
    /** A second trace came after the link: the first one reports the feedback as unmatched. */
    WITHDRAWN
  }

  private static final Standing[] STANDINGS = Standing.values();

  /** A piece of feedback that names the alias. */
  static final class Pending {
    /** The link by which it came. */
    byte[] event = new byte[0];

    /** Revision of that link. */
    long revision;

    /** Append time of the link: when it began to wait. */
    long since;

    Standing standing = Standing.WAITING;
  }

  /** Traces in which the alias occurs. Two suffice: more are no more ambiguous. */
  final Set<String> targets = new LinkedHashSet<>();

  final Map<String, Pending> feedback = new TreeMap<>();

  @Override
  byte format() {
    return FORMAT;
  }

  @Override
  void write(DataOutputStream out) throws IOException {
    out.writeInt(targets.size());
    for (String target : targets) {
      out.writeUTF(target);
    }
    out.writeInt(feedback.size());
    for (Map.Entry<String, Pending> entry : feedback.entrySet()) {
      Pending pending = entry.getValue();
      out.writeUTF(entry.getKey());
      writeBytes(out, pending.event);
      out.writeLong(pending.revision);
      out.writeLong(pending.since);
      out.writeByte(pending.standing.ordinal());
    }
  }

  @Override
  void read(DataInputStream in) throws IOException {
    for (int i = in.readInt(); i > 0; i--) {
      targets.add(in.readUTF());
    }
    for (int i = in.readInt(); i > 0; i--) {
      Pending pending = new Pending();
      String id = in.readUTF();
      pending.event = readBytes(in);
      pending.revision = in.readLong();
      pending.since = in.readLong();
      pending.standing = STANDINGS[in.readByte()];
      feedback.put(id, pending);
    }
  }
}
