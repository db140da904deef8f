package dev.recount.topology.assembly;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/** What is known of one tool call across traces: who asked for it, and who holds an answer. */
final class CallState {
  private static final byte FORMAT = 1;

  /** One trace's word, by the identity of the event that says it. */
  static final class Mention {
    /** The event, from which everything else can be read. */
    byte[] event = new byte[0];

    /** When the model asked, or was shown the answer, nanoseconds since the Unix epoch. */
    long time;

    /** Of a trace that asked: identity of the answer that it was sent last; empty for none. */
    String sent = "";

    /** Of a trace that asked: 128 bits of that answer's content. */
    long sentContent;
  }

  final Map<String, Mention> asked = new TreeMap<>();
  final Map<String, Mention> answered = new TreeMap<>();
  long lastAppend;
  long timerDue;

  /** Number of answers sent so far. */
  long acts;

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeLong(lastAppend);
      out.writeLong(timerDue);
      out.writeLong(acts);
      write(asked, out);
      write(answered, out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void write(Map<String, Mention> mentions, DataOutputStream out)
      throws IOException {
    out.writeInt(mentions.size());
    for (Map.Entry<String, Mention> entry : mentions.entrySet()) {
      Mention mention = entry.getValue();
      out.writeUTF(entry.getKey());
      out.writeInt(mention.event.length);
      out.write(mention.event);
      out.writeLong(mention.time);
      out.writeUTF(mention.sent);
      out.writeLong(mention.sentContent);
    }
  }

  static CallState decode(byte[] bytes) {
    CallState state = new CallState();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException(
            "State was written by another version of Recount (call format " + format + ")");
      }
      state.lastAppend = in.readLong();
      state.timerDue = in.readLong();
      state.acts = in.readLong();
      read(state.asked, in);
      read(state.answered, in);
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
    return state;
  }

  private static void read(Map<String, Mention> mentions, DataInputStream in) throws IOException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      Mention mention = new Mention();
      String identity = in.readUTF();
      mention.event = in.readNBytes(in.readInt());
      mention.time = in.readLong();
      mention.sent = in.readUTF();
      mention.sentContent = in.readLong();
      mentions.put(identity, mention);
    }
  }
}
