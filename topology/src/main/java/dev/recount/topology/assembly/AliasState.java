package dev.recount.topology.assembly;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is known of one alias: the traces that it occurs in and the feedback that names it. */
@SuppressWarnings("EnumOrdinal") // the ordinal is the stored form, see Standing
final class AliasState {
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
  long firstAppend;
  long lastAppend;
  long timerDue;

  /** Number of the last thing that was done about the alias's feedback: linked, reported. */
  long acts;

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeLong(firstAppend);
      out.writeLong(lastAppend);
      out.writeLong(timerDue);
      out.writeLong(acts);
      out.writeInt(targets.size());
      for (String target : targets) {
        out.writeUTF(target);
      }
      out.writeInt(feedback.size());
      for (Map.Entry<String, Pending> entry : feedback.entrySet()) {
        Pending pending = entry.getValue();
        out.writeUTF(entry.getKey());
        out.writeInt(pending.event.length);
        out.write(pending.event);
        out.writeLong(pending.revision);
        out.writeLong(pending.since);
        out.writeByte(pending.standing.ordinal());
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static AliasState decode(byte[] bytes) {
    AliasState state = new AliasState();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException(
            "State was written by another version of Recount (alias format " + format + ")");
      }
      state.firstAppend = in.readLong();
      state.lastAppend = in.readLong();
      state.timerDue = in.readLong();
      state.acts = in.readLong();
      int targets = in.readInt();
      for (int i = 0; i < targets; i++) {
        state.targets.add(in.readUTF());
      }
      int feedback = in.readInt();
      for (int i = 0; i < feedback; i++) {
        Pending pending = new Pending();
        String id = in.readUTF();
        pending.event = in.readNBytes(in.readInt());
        pending.revision = in.readLong();
        pending.since = in.readLong();
        pending.standing = STANDINGS[in.readByte()];
        state.feedback.put(id, pending);
      }
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
    return state;
  }
}
