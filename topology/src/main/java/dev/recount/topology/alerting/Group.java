package dev.recount.topology.alerting;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows of one rule with the same labels: what they come to over time, and whether it is well. */
final class Group {
  /** No such time yet. */
  static final long NEVER = -1;

  private static final int FORMAT = 1;

  final Map<String, String> labels;

  /** When its first row came; what came first is the earlier version. */
  final long firstSeen;

  long lastSeen;

  /** Since when it has been bad without a break. */
  long badSince = NEVER;

  /** Since when it has been well again, while the alert still fires. */
  long wellSince = NEVER;

  /** What it was held against when it turned bad: a reference that does not go bad with it. */
  @Nullable Aggregate reference;

  /** The last full window in which it was well: what the next version is held against. */
  @Nullable Aggregate lastWell;

  @Nullable Firing firing;

  /** Steps of the window by their start. Kept apart from the rest, see {@link AlertMemory}. */
  final NavigableMap<Long, Aggregate> panes = new TreeMap<>();

  Group(Map<String, String> labels, long firstSeen) {
    this.labels = Map.copyOf(labels);
    this.firstSeen = firstSeen;
    this.lastSeen = firstSeen;
  }

  /** What the rows from one time to before another come to. */
  Aggregate between(long from, long to, AlertRule rule) {
    Aggregate total = newAggregate(rule);
    for (Aggregate pane : panes.subMap(from, to).values()) {
      total.addAll(pane, rule.condition().direction());
    }
    return total;
  }

  static Aggregate newAggregate(AlertRule rule) {
    return new Aggregate(rule.needsBuckets());
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeInt(labels.size());
      for (Map.Entry<String, String> label : labels.entrySet()) {
        out.writeUTF(label.getKey());
        out.writeUTF(label.getValue());
      }
      out.writeLong(firstSeen);
      out.writeLong(lastSeen);
      out.writeLong(badSince);
      out.writeLong(wellSince);
      write(reference, out);
      write(lastWell, out);
      out.writeBoolean(firing != null);
      if (firing != null) {
        firing.write(out);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static Group decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException("A group in format " + format);
      }
      Map<String, String> labels = new LinkedHashMap<>();
      for (int remaining = in.readInt(); remaining > 0; remaining--) {
        labels.put(in.readUTF(), in.readUTF());
      }
      Group group = new Group(labels, in.readLong());
      group.lastSeen = in.readLong();
      group.badSince = in.readLong();
      group.wellSince = in.readLong();
      group.reference = read(in);
      group.lastWell = read(in);
      group.firing = in.readBoolean() ? Firing.read(in) : null;
      return group;
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  private static void write(@Nullable Aggregate aggregate, DataOutputStream out)
      throws IOException {
    out.writeBoolean(aggregate != null);
    if (aggregate != null) {
      aggregate.write(out);
    }
  }

  private static @Nullable Aggregate read(DataInputStream in) throws IOException {
    return in.readBoolean() ? Aggregate.read(in) : null;
  }

  /** Whether there is nothing in it to be judged. */
  boolean isIdle() {
    return panes.isEmpty() && firing == null;
  }
}
