package dev.recount.topology.alerting;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;

/**
 * What the rules remember, in two stores. Keys of the first: what the entry is, the rule, the
 * group, the start of the pane, texts with their length before them.
 */
final class AlertStores {
  /** Rules, groups and panes. */
  static final String WINDOWS = "alert-windows";

  /** Rule and row to how the row was counted; forgets by itself. */
  static final String ROWS = "alert-rows";

  private static final Duration ROWS_RETENTION = Duration.ofMillis(AlertMemory.ROWS_REMEMBERED);
  private static final byte[] TAKEN_OUT = new byte[0];

  private static final byte RULE = 'r';
  private static final byte GROUP = 'g';
  private static final byte PANE = 'p';

  private final KeyValueStore<Bytes, byte[]> windows;
  private final WindowStore<Bytes, byte[]> rows;

  AlertStores(KeyValueStore<Bytes, byte[]> windows, WindowStore<Bytes, byte[]> rows) {
    this.windows = windows;
    this.rows = rows;
  }

  static Set<StoreBuilder<?>> builders() {
    Set<StoreBuilder<?>> builders = new LinkedHashSet<>();
    builders.add(
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(WINDOWS), Serdes.Bytes(), Serdes.ByteArray())
            // A pane changes with every row: the cache spares most of the writes.
            .withCachingEnabled()
            .withLoggingEnabled(Map.of()));
    builders.add(
        Stores.windowStoreBuilder(
                Stores.persistentWindowStore(ROWS, ROWS_RETENTION, Duration.ofMillis(1), false),
                Serdes.Bytes(),
                Serdes.ByteArray())
            .withLoggingEnabled(Map.of()));
    return builders;
  }

  /** Names of the rules of which something is remembered. */
  Set<String> rules() {
    Set<String> rules = new TreeSet<>();
    for (KeyValue<Bytes, byte[]> entry : entries(new byte[] {RULE})) {
      ByteBuffer key = ByteBuffer.wrap(entry.key.get());
      key.get();
      rules.add(text(key));
    }
    return rules;
  }

  /** What a rule was when its windows were counted; null when there are none. */
  @Nullable String definition(String rule) {
    byte[] value = windows.get(key(RULE, rule));
    return value == null
        ? null
        : new String(value, Long.BYTES, value.length - Long.BYTES, StandardCharsets.UTF_8);
  }

  /** Groups of a rule whose alerts fire, whatever the rule is now. */
  List<Group> firing(String rule) {
    return entries(key(GROUP, rule).get()).stream()
        .map(entry -> Group.decode(entry.value))
        .filter(group -> group.firing != null)
        .toList();
  }

  /** Forgets the windows of a rule. Its rows go with time. */
  void forget(String rule) {
    for (byte type : new byte[] {RULE, GROUP, PANE}) {
      entries(key(type, rule).get()).forEach(entry -> windows.delete(entry.key));
    }
  }

  private List<KeyValue<Bytes, byte[]>> entries(byte[] prefix) {
    List<KeyValue<Bytes, byte[]>> found = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries =
        windows.prefixScan(Bytes.wrap(prefix), new BytesSerializer())) {
      entries.forEachRemaining(found::add);
    }
    return found;
  }

  /** The memory of one rule. */
  AlertMemory of(AlertRule rule) {
    return new RuleMemory(rule);
  }

  private final class RuleMemory implements AlertMemory {
    private final AlertRule rule;

    RuleMemory(AlertRule rule) {
      this.rule = rule;
    }

    @Override
    public long judgedUntil() {
      byte[] value = windows.get(key(RULE, rule.name()));
      return value == null ? Group.NEVER : ByteBuffer.wrap(value).getLong();
    }

    @Override
    public void saveJudgedUntil(long time) {
      byte[] definition = rule.definition().getBytes(StandardCharsets.UTF_8);
      windows.put(
          key(RULE, rule.name()),
          ByteBuffer.allocate(Long.BYTES + definition.length)
              .putLong(time)
              .put(definition)
              .array());
    }

    @Override
    public Map<String, Group> groups() {
      Map<String, Group> groups = new HashMap<>();
      for (KeyValue<Bytes, byte[]> entry : entries(key(GROUP, rule.name()).get())) {
        groups.put(groupOf(ByteBuffer.wrap(entry.key.get())), Group.decode(entry.value));
      }
      for (KeyValue<Bytes, byte[]> entry : entries(key(PANE, rule.name()).get())) {
        ByteBuffer key = ByteBuffer.wrap(entry.key.get());
        Group group = groups.get(groupOf(key));
        if (group != null) {
          group.panes.put(key.getLong(), Aggregate.decode(entry.value));
        }
      }
      return groups;
    }

    @Override
    public void saveGroup(String key, Group group) {
      windows.put(key(GROUP, rule.name(), key), group.encode());
    }

    @Override
    public void removeGroup(String key) {
      windows.delete(key(GROUP, rule.name(), key));
    }

    @Override
    public void savePane(String group, long start, Aggregate pane) {
      windows.put(paneKey(group, start), pane.encode());
    }

    @Override
    public void removePane(String group, long start) {
      windows.delete(paneKey(group, start));
    }

    private Bytes paneKey(String group, long start) {
      byte[] prefix = key(PANE, rule.name(), group).get();
      return Bytes.wrap(
          ByteBuffer.allocate(prefix.length + Long.BYTES).put(prefix).putLong(start).array());
    }

    @Override
    public @Nullable CountedRow row(String row, long now) {
      long from = Math.max(0, now - ROWS_REMEMBERED);
      try (WindowStoreIterator<byte[]> found = rows.backwardFetch(rowKey(row), from, now)) {
        byte[] last = found.hasNext() ? found.next().value : TAKEN_OUT;
        return last.length == 0 ? null : counted(ByteBuffer.wrap(last));
      }
    }

    @Override
    public void saveRow(String row, @Nullable CountedRow counted, long now) {
      rows.put(rowKey(row), counted == null ? TAKEN_OUT : bytes(counted), now);
    }

    /** How another definition of the rule counted the row is of no account. */
    private Bytes rowKey(String row) {
      return key(RULE, rule.name(), Integer.toHexString(rule.definition().hashCode()), row);
    }

    private CountedRow counted(ByteBuffer value) {
      long pane = value.getLong();
      double measured = value.getDouble();
      return new CountedRow(pane, text(value), measured);
    }

    private byte[] bytes(CountedRow counted) {
      byte[] group = counted.group().getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.allocate(Long.BYTES + Double.BYTES + Integer.BYTES + group.length)
          .putLong(counted.pane())
          .putDouble(counted.value())
          .putInt(group.length)
          .put(group)
          .array();
    }
  }

  /** The group that a key names; leaves the buffer behind it. */
  private static String groupOf(ByteBuffer key) {
    key.get();
    text(key);
    return text(key);
  }

  private static Bytes key(byte type, String... texts) {
    List<byte[]> parts = new ArrayList<>();
    int size = 1;
    for (String text : texts) {
      byte[] part = text.getBytes(StandardCharsets.UTF_8);
      parts.add(part);
      size += Integer.BYTES + part.length;
    }
    ByteBuffer key = ByteBuffer.allocate(size).put(type);
    parts.forEach(part -> key.putInt(part.length).put(part));
    return Bytes.wrap(key.array());
  }

  private static String text(ByteBuffer from) {
    int length = from.getInt();
    if (length > from.remaining()) {
      throw new BufferUnderflowException();
    }
    String text =
        new String(
            from.array(), from.arrayOffset() + from.position(), length, StandardCharsets.UTF_8);
    from.position(from.position() + length);
    return text;
  }
}
