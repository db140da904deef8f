package dev.recount.topology.assembly;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What is known of one alias: the traces that it occurs in. The feedback that names it is kept
 * apart, see {@link PendingLinks}.
 */
final class AliasState extends KeyedState {
  private static final byte FORMAT = 3;

  /** Traces in which the alias occurs. Two suffice: more are no more ambiguous. */
  final Set<String> targets = new LinkedHashSet<>();

  /** Number of pieces of feedback that are kept for it. */
  long pending;

  /** Key of the next of these that is to hear of a change of the targets; empty for none. */
  String next = "";

  boolean ambiguous() {
    return targets.size() > 1;
  }

  @Override
  byte format() {
    return FORMAT;
  }

  @Override
  void write(DataOutputStream out) throws IOException {
    out.writeLong(pending);
    out.writeUTF(next);
    out.writeInt(targets.size());
    for (String target : targets) {
      out.writeUTF(target);
    }
  }

  @Override
  void read(DataInputStream in) throws IOException {
    pending = in.readLong();
    next = in.readUTF();
    for (int i = in.readInt(); i > 0; i--) {
      targets.add(in.readUTF());
    }
  }
}
