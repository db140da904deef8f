package dev.recount.topology.assembly;

import dev.recount.avro.AliasKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.fold.FoldedPart;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a trace once its state has expired: its rows as they were last emitted and the
 * feedback that they rest on. Enough to lay later feedback over the rows and emit them whole.
 *
 * @param firstAppend key time of the trace's rows
 * @param revision number of the last emission
 * @param lateSpans spans that came after the trace had expired
 * @param decisions in order of their steps
 * @param enclosingDecisions for spans that feedback names, the ID of the decision around them
 * @param verdicts of evaluators, many of which cannot judge again without the events
 * @param evaluators edition of the settings by which they judged
 * @param foldedPart what of the trace was folded; null for all of it
 */
record Anchor(
    long firstAppend,
    long revision,
    long lateSpans,
    TraceRecord trace,
    List<DecisionRecord> decisions,
    Map<String, String> enclosingDecisions,
    List<LinkedFeedback> feedback,
    List<Evaluation> verdicts,
    long evaluators,
    @Nullable FoldedPart foldedPart) {
  private static final byte FORMAT = 4;

  /** Without what was folded, as earlier versions of Recount wrote it. */
  private static final byte FORMAT_WITHOUT_PART = 3;

  /** Without verdicts either. */
  private static final byte FORMAT_WITHOUT_VERDICTS = 1;

  /** The anchor as compressed bytes. */
  byte[] encode(TopologyCodecs codecs) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      out.writeByte(FORMAT);
      out.writeLong(firstAppend);
      out.writeLong(revision);
      out.writeLong(lateSpans);
      write(out, codecs.traceRecords().encode(trace));
      out.writeInt(decisions.size());
      for (DecisionRecord decision : decisions) {
        write(out, codecs.decisionRecords().encode(decision));
      }
      out.writeInt(enclosingDecisions.size());
      // In order, so that the same anchor is the same bytes.
      for (Map.Entry<String, String> entry : new TreeMap<>(enclosingDecisions).entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeUTF(entry.getValue());
      }
      out.writeInt(feedback.size());
      for (LinkedFeedback linked : feedback) {
        write(out, codecs.feedbackEvents().encode(linked.event()));
        out.writeUTF(linked.linkedBy() == null ? "" : linked.linkedBy().name());
        out.writeLong(linked.keyTime());
        out.writeLong(linked.baseRevision());
      }
      out.writeInt(verdicts.size());
      for (Evaluation verdict : verdicts) {
        write(out, codecs.evaluations().encode(verdict));
      }
      out.writeLong(evaluators);
      writePart(out, foldedPart);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static Anchor decode(byte[] compressed, TopologyCodecs codecs) {
    try (DataInputStream in =
        new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(compressed)))) {
      byte format = format(in);
      long firstAppend = in.readLong();
      long revision = in.readLong();
      long lateSpans = in.readLong();
      TraceRecord trace = codecs.traceRecords().decode(read(in));
      List<DecisionRecord> decisions = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        decisions.add(codecs.decisionRecords().decode(read(in)));
      }
      Map<String, String> enclosing = new TreeMap<>();
      for (int i = in.readInt(); i > 0; i--) {
        enclosing.put(in.readUTF(), in.readUTF());
      }
      List<LinkedFeedback> feedback = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        FeedbackEvent event = codecs.feedbackEvents().decode(read(in));
        String alias = in.readUTF();
        feedback.add(
            new LinkedFeedback(
                event,
                alias.isEmpty() ? null : AliasKind.valueOf(alias),
                in.readLong(),
                in.readLong()));
      }
      List<Evaluation> verdicts = new ArrayList<>();
      for (int i = format == FORMAT_WITHOUT_VERDICTS ? 0 : in.readInt(); i > 0; i--) {
        verdicts.add(codecs.evaluations().decode(read(in)));
      }
      return new Anchor(
          firstAppend,
          revision,
          lateSpans,
          trace,
          decisions,
          enclosing,
          feedback,
          verdicts,
          format == FORMAT_WITHOUT_VERDICTS ? 0 : in.readLong(),
          format == FORMAT ? readPart(in) : null);
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  /**
   * Key time of the trace's rows, of the compressed bytes of an anchor or of as many as hold it.
   */
  static long firstAppend(byte[] bytes, int offset) {
    try (DataInputStream in =
        new DataInputStream(
            new InflaterInputStream(
                new ByteArrayInputStream(bytes, offset, bytes.length - offset)))) {
      format(in);
      return in.readLong();
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  private static byte format(DataInputStream in) throws IOException {
    byte format = in.readByte();
    if (format != FORMAT && format != FORMAT_WITHOUT_PART && format != FORMAT_WITHOUT_VERDICTS) {
      throw new OtherVersionException("anchor", format);
    }
    return format;
  }

  private static void writePart(DataOutputStream out, @Nullable FoldedPart part)
      throws IOException {
    out.writeBoolean(part != null);
    if (part != null) {
      Instant ended = part.endedAt();
      out.writeLong(part.spans());
      out.writeBoolean(ended != null);
      if (ended != null) {
        out.writeLong(ended.getEpochSecond());
        out.writeInt(ended.getNano());
      }
    }
  }

  private static @Nullable FoldedPart readPart(DataInputStream in) throws IOException {
    if (!in.readBoolean()) {
      return null;
    }
    long spans = in.readLong();
    boolean hasEnded = in.readBoolean();
    return new FoldedPart(
        spans, hasEnded ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : null);
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] read(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }
}
