package dev.recount.topology.assembly;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What is known of one tool call across traces: who asked for it, and who holds an answer. */
final class CallState extends KeyedState {
  private static final byte FORMAT = 2;

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

  @Override
  byte format() {
    return FORMAT;
  }

  @Override
  void write(DataOutputStream out) throws IOException {
    write(asked, out);
    write(answered, out);
  }

  @Override
  void read(DataInputStream in) throws IOException {
    read(asked, in);
    read(answered, in);
  }

  private static void write(Map<String, Mention> mentions, DataOutputStream out)
      throws IOException {
    out.writeInt(mentions.size());
    for (Map.Entry<String, Mention> entry : mentions.entrySet()) {
      Mention mention = entry.getValue();
      out.writeUTF(entry.getKey());
      writeBytes(out, mention.event);
      out.writeLong(mention.time);
      out.writeUTF(mention.sent);
      out.writeLong(mention.sentContent);
    }
  }

  private static void read(Map<String, Mention> mentions, DataInputStream in) throws IOException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      Mention mention = new Mention();
      String identity = in.readUTF();
      mention.event = readBytes(in);
      mention.time = in.readLong();
      mention.sent = in.readUTF();
      mention.sentContent = in.readLong();
      mentions.put(identity, mention);
    }
  }
}
