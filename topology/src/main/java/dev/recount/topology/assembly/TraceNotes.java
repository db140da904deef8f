package dev.recount.topology.assembly;

import dev.recount.topology.Sha256;
import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.evaluation.Memory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of traces beside their events, each note by itself: it costs the same however many
 * there are. Kept with the events and given up with them.
 */
final class TraceNotes {
  /** What an evaluator remembers. */
  private static final byte MEMORY = 0;

  /** A verdict that was reached before the trace was folded. */
  private static final byte EARLY_VERDICT = 1;

  private static final int HASH_BYTES = 16;
  private static final int FINGERPRINT_BYTES = 2 * Long.BYTES;

  private final KeyValueStore<Bytes, byte[]> store;

  /** Notes beside the events in a store. */
  TraceNotes(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /**
   * A row that stands until the trace is folded.
   *
   * @param id the evaluation's ID
   * @param spanId span that the judged event is about and that had not come; empty for none
   */
  record EarlyVerdict(String id, Fingerprint fingerprint, String spanId) {}

  /** The memory of an evaluator by one edition of its settings. */
  Memory memory(String owner, String evaluator, long edition) {
    String prefix = evaluator + '@' + edition + '/';
    return new Memory() {
      @Override
      public @Nullable String recall(String name) {
        byte[] value = store.get(memoryKey(owner, prefix + name));
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
      }

      @Override
      public void remember(String name, String value) {
        store.put(memoryKey(owner, prefix + name), value.getBytes(StandardCharsets.UTF_8));
      }
    };
  }

  /** A name may be as long as a tool's arguments. */
  private static Bytes memoryKey(String owner, String name) {
    byte[] hash = Sha256.newDigest().digest(name.getBytes(StandardCharsets.UTF_8));
    return key(owner, MEMORY, Arrays.copyOf(hash, HASH_BYTES));
  }

  /**
   * Notes a verdict.
   *
   * @return whether it says something else than the one with its ID before
   */
  boolean note(String owner, EarlyVerdict verdict) {
    byte[] spanId = verdict.spanId().getBytes(StandardCharsets.UTF_8);
    byte[] value =
        ByteBuffer.allocate(FINGERPRINT_BYTES + spanId.length)
            .putLong(verdict.fingerprint().high())
            .putLong(verdict.fingerprint().low())
            .put(spanId)
            .array();
    Bytes key = earlyKey(owner, verdict.id());
    byte[] before = store.get(key);
    store.put(key, value);
    return before == null
        || !Arrays.equals(before, 0, FINGERPRINT_BYTES, value, 0, FINGERPRINT_BYTES);
  }

  /** The verdicts that have been noted and not been forgotten. */
  List<EarlyVerdict> earlyVerdicts(String owner) {
    List<EarlyVerdict> verdicts = new ArrayList<>();
    Bytes from = key(owner, EARLY_VERDICT, new byte[0]);
    Bytes to = key(owner, (byte) (EARLY_VERDICT + 1), new byte[0]);
    try (KeyValueIterator<Bytes, byte[]> range = store.range(from, to)) {
      while (range.hasNext()) {
        var note = range.next();
        byte[] key = note.key.get();
        ByteBuffer value = ByteBuffer.wrap(note.value);
        int prefix = from.get().length;
        String id = new String(key, prefix, key.length - prefix, StandardCharsets.UTF_8);
        Fingerprint fingerprint = new Fingerprint(value.getLong(), value.getLong());
        byte[] spanId = new byte[value.remaining()];
        value.get(spanId);
        verdicts.add(new EarlyVerdict(id, fingerprint, new String(spanId, StandardCharsets.UTF_8)));
      }
    }
    return verdicts;
  }

  /** Forgets a verdict: the trace has been folded since. */
  void forget(String owner, EarlyVerdict verdict) {
    store.delete(earlyKey(owner, verdict.id()));
  }

  private static Bytes earlyKey(String owner, String id) {
    return key(owner, EARLY_VERDICT, id.getBytes(StandardCharsets.UTF_8));
  }

  private static Bytes key(String owner, byte type, byte[] name) {
    byte[] ownerBytes = owner.getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(ownerBytes.length + 2 + name.length)
            .put(ownerBytes)
            .put(Entries.NOTE)
            .put(type)
            .put(name)
            .array());
  }
}
