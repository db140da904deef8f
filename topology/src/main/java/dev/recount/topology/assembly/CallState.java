package dev.recount.topology.assembly;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

  /** Where a mention stands among those of its kind. */
  record Place(long time, String identity) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparingLong(Place::time).thenComparing(Place::identity);

    private static Place of(Map.Entry<String, Mention> entry) {
      return new Place(entry.getValue().time, entry.getKey());
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  /** The mentions of one kind. */
  static final class Mentions {
    /** Those that count, by identity: the earliest. */
    final Map<String, Mention> counted = new TreeMap<>();

    /** The earliest of the others, which are {@link SpareMentions}; null for none. */
    @Nullable Place spare;

    /** Bytes of the events of those that count. */
    long bytes() {
      return counted.values().stream().mapToLong(mention -> mention.event.length).sum();
    }

    /** Those that count, the earliest first. */
    List<Map.Entry<String, Mention>> inOrder() {
      return counted.entrySet().stream().sorted(Comparator.comparing(Place::of)).toList();
    }

    /** The latest of those that count, of which there is one at least. */
    Place latest() {
      return Collections.max(counted.entrySet().stream().map(Place::of).toList());
    }
  }

  final Mentions asked = new Mentions();
  final Mentions answered = new Mentions();

  Mentions mentions(boolean thatAnswer) {
    return thatAnswer ? answered : asked;
  }

  @Override
  byte format() {
    return FORMAT;
  }

  @Override
  void write(DataOutputStream out) throws IOException {
    write(asked.counted, out);
    write(answered.counted, out);
    write(asked.spare, out);
    write(answered.spare, out);
  }

  @Override
  void read(DataInputStream in) throws IOException {
    read(asked.counted, in);
    read(answered.counted, in);
    // Earlier versions of Recount did not write it.
    if (in.available() > 0) {
      asked.spare = readPlace(in);
      answered.spare = readPlace(in);
    }
  }

  private static void write(@Nullable Place place, DataOutputStream out) throws IOException {
    out.writeBoolean(place != null);
    if (place != null) {
      out.writeLong(place.time());
      out.writeUTF(place.identity());
    }
  }

  private static @Nullable Place readPlace(DataInputStream in) throws IOException {
    return in.readBoolean() ? new Place(in.readLong(), in.readUTF()) : null;
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
