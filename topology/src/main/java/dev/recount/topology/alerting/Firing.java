package dev.recount.topology.alerting;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An alert that fires.
 *
 * @param severity how urgent it is, as when it fired: who is told knows the alert by it
 * @param since when it fired, milliseconds since the Unix epoch
 * @param value what was measured last
 * @param limit from which value on it is bad
 * @param summary what is wrong, in a sentence
 * @param examples traces of the worst rows
 * @param revision of the last emission
 * @param emitted when that was
 */
record Firing(
    String severity,
    long since,
    double value,
    double limit,
    String summary,
    List<String> examples,
    long revision,
    long emitted) {
  Firing {
    examples = List.copyOf(examples);
  }

  /** The same with what is measured now. */
  Firing measured(double nowValue, double nowLimit, String nowSummary, List<String> nowExamples) {
    return new Firing(
        severity, since, nowValue, nowLimit, nowSummary, nowExamples, revision, emitted);
  }

  /** The same once more told. */
  Firing told(long now) {
    return new Firing(severity, since, value, limit, summary, examples, revision + 1, now);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeUTF(severity);
    out.writeLong(since);
    out.writeDouble(value);
    out.writeDouble(limit);
    out.writeUTF(summary);
    out.writeInt(examples.size());
    for (String example : examples) {
      out.writeUTF(example);
    }
    out.writeLong(revision);
    out.writeLong(emitted);
  }

  static Firing read(DataInputStream in) throws IOException {
    String severity = in.readUTF();
    long since = in.readLong();
    double value = in.readDouble();
    double limit = in.readDouble();
    String summary = in.readUTF();
    List<String> examples = new ArrayList<>();
    for (int remaining = in.readInt(); remaining > 0; remaining--) {
      examples.add(in.readUTF());
    }
    return new Firing(
        severity, since, value, limit, summary, examples, in.readLong(), in.readLong());
  }
}
