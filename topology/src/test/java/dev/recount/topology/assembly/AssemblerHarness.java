package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Tick;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.SnapshotSeries;
import dev.recount.schemas.Topics;
import dev.recount.topology.Configuration;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.NodeNames;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * One partition of the assembler with its stores in memory: thousands of runs a second, restarts
 * included. Events that the assembler appends to the log come back to it, as they do on a broker.
 */
final class AssemblerHarness {
  static final TopologyCodecs CODECS =
      TopologyCodecs.of(new MockSchemaRegistryClient(), Topics.withPrefix(""));

  /** Names of all stores. */
  static final List<String> STORES =
      List.of(
          Stores.HEADERS,
          Stores.LINKS,
          Stores.ENTRIES,
          Stores.TIMERS,
          Stores.EMISSIONS,
          Stores.ANCHORS);

  private static final String TICK = TickPartitioner.tick(0);

  private TopologySettings settings;
  private final Map<String, Replacement> replacements;
  private final MockProcessorContext<byte[], byte[]> context;
  private Processor<byte[], byte[], byte[], byte[]> assembler;
  private long now;
  private boolean held;

  /** How far the clock of the process is behind the broker's, in milliseconds. */
  long behind;

  /** How many ticks the assembler has asked for. */
  int ticks;

  /** Decides how late what the assembler appends arrives; null for at once. */
  private final @Nullable Random delays;

  /**
   * What the assembler has appended to the log and has not arrived there, by the key that it was
   * processing: what comes from one partition arrives in order, what comes from several in any.
   */
  private final Map<String, Deque<Underway>> underway = new TreeMap<>();

  @SuppressWarnings("ArrayRecordComponent")
  private record Underway(String key, byte[] value) {}

  /** Every record that was written, in order, as topic node, key and bytes. */
  final List<String> written = new ArrayList<>();

  /** Bytes of the largest value that was written or appended. */
  int largestRecord;

  /** The last revision of each row that is not withdrawn, without what depends on arrival. */
  final Map<String, SpecificRecordBase> rows = new TreeMap<>();

  final Map<String, Long> revisions = new TreeMap<>();

  /** Key times of each row: with a second one it would be a second row of its table. */
  final Map<String, Set<Instant>> keyTimes = new TreeMap<>();

  AssemblerHarness(TopologySettings settings, long start) {
    this(settings, start, null);
  }

  AssemblerHarness(TopologySettings settings, long start, @Nullable Random delays) {
    this(settings, start, delays, Map.of());
  }

  /** Derives with something in place of what the log says of the configuration. */
  AssemblerHarness(
      TopologySettings settings,
      long start,
      @Nullable Random delays,
      Map<String, Replacement> replacements) {
    this.settings = settings;
    this.replacements = replacements;
    this.delays = delays;
    this.now = start;
    Properties properties = new Properties();
    properties.put("application.id", "harness");
    properties.put("bootstrap.servers", "unused:1");
    context = new MockProcessorContext<>(properties);
    for (String name : STORES) {
      KeyValueStore<Bytes, byte[]> store =
          org.apache.kafka.streams.state.Stores.keyValueStoreBuilder(
                  org.apache.kafka.streams.state.Stores.inMemoryKeyValueStore(name),
                  Serdes.Bytes(),
                  Serdes.ByteArray())
              .withLoggingDisabled()
              .build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
    }
    assembler = start();
  }

  private Processor<byte[], byte[], byte[], byte[]> start() {
    Processor<byte[], byte[], byte[], byte[]> started =
        TraceAssembler.supplier(CODECS, settings, Configuration.of(settings, replacements)).get();
    started.init(context);
    return started;
  }

  /** Loses everything but the stores. */
  void restart() {
    assembler = start();
  }

  /** Likewise, and goes on with other settings. */
  void restart(TopologySettings changed) {
    settings = changed;
    restart();
  }

  void append(String key, TraceEvent event) {
    append(key, CODECS.traceEvents().encode(event));
    deliver(delays == null ? Integer.MAX_VALUE : delays.nextInt(3));
  }

  /** Has the assembler look after what is due by the wall clock, which is the log's here. */
  void lookAfter() {
    // Of an assembler that was there before a restart nobody asks any more.
    List<MockProcessorContext.CapturedPunctuator> scheduled = context.scheduledPunctuators();
    scheduled.get(scheduled.size() - 1).getPunctuator().punctuate(now - behind);
    drain("wall clock");
    deliver(Integer.MAX_VALUE);
  }

  /** Everything that was processed, as it stands in the log. */
  final List<Logged> log = new ArrayList<>();

  /** An entry of the log. */
  @SuppressWarnings("ArrayRecordComponent")
  record Logged(long time, String key, byte[] value) {}

  /** Reads a log in place of writing one. */
  void replay(List<Logged> entries) {
    for (Logged entry : entries) {
      now = entry.time();
      append(entry.key(), entry.value());
    }
  }

  void append(String key, byte[] value) {
    log.add(new Logged(now, key, value));
    context.setCurrentSystemTimeMs(now - behind);
    assembler.process(new Record<>(key.getBytes(StandardCharsets.UTF_8), value, now));
    drain(key);
  }

  /** Lets what the assembler appends arrive only when it is no longer held. */
  void hold(boolean held) {
    this.held = held;
  }

  /** Number of events that the assembler has appended and that have not arrived. */
  int underway() {
    return underway.values().stream().mapToInt(Deque::size).sum();
  }

  /** Lets some of what is underway arrive in the log. */
  private void deliver(int most) {
    for (int i = 0; !held && i < most && !underway.isEmpty(); i++) {
      List<String> sources = List.copyOf(underway.keySet());
      String source = sources.get(delays == null ? 0 : delays.nextInt(sources.size()));
      Deque<Underway> inOrder = Objects.requireNonNull(underway.get(source));
      Underway next = inOrder.remove();
      if (inOrder.isEmpty()) {
        underway.remove(source);
      }
      append(next.key(), next.value());
    }
  }

  /** The clock of the log moves with nothing written to it, as when nobody is running. */
  void jump(long millis) {
    now += millis;
  }

  /** What the clock of the log shows. */
  Instant time() {
    return Instant.ofEpochMilli(now);
  }

  /** What the state says has been in force. */
  ConfigurationHistory configured() {
    ConfigurationHistory history = new ConfigurationHistory(replacements);
    visit(ConfigurationHistory.store(), history::read);
    return history;
  }

  /** Takes over what a predecessor knows of what began before a time, and goes on live. */
  void succeed(AssemblerHarness predecessor, Instant horizon, TopologySettings live) {
    CarriedState carried = new CarriedState(horizon);
    for (String store : CarriedState.surveyed()) {
      predecessor.visit(store, (key, value) -> carried.survey(store, key, value));
    }
    for (String name : CarriedState.stores()) {
      KeyValueStore<Bytes, byte[]> own = context.getStateStore(name);
      visit(
          name,
          (key, value) -> {
            if (carried.givesWay(name, key)) {
              own.delete(Bytes.wrap(key));
            }
          });
      predecessor.visit(
          name,
          (key, value) -> {
            if (carried.goesOver(name, key)) {
              own.put(Bytes.wrap(key), value);
            }
          });
    }
    KeyValueStore<Bytes, byte[]> headers = context.getStateStore(Stores.HEADERS);
    CarriedState.editions(predecessor.replacements)
        .forEach((key, text) -> headers.put(Stores.key(key), text));
    // Its rows of what began before give way to those of its predecessor, whatever their revision.
    revisions.clear();
    spanRevisions.clear();
    restart(live);
  }

  private void visit(String store, BiConsumer<byte[], byte[]> visitor) {
    KeyValueStore<Bytes, byte[]> kept = context.getStateStore(store);
    List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = kept.all()) {
      all.forEachRemaining(entries::add);
    }
    entries.forEach(entry -> visitor.accept(entry.key.get(), entry.value));
  }

  /** Bytes of the largest value in a store. */
  long largest(String store) {
    KeyValueStore<Bytes, byte[]> kept = context.getStateStore(store);
    long largest = 0;
    try (KeyValueIterator<Bytes, byte[]> all = kept.all()) {
      while (all.hasNext()) {
        largest = Math.max(largest, all.next().value.length);
      }
    }
    return largest;
  }

  /** Content of each retained span of its highest revision, by trace and span. */
  final Map<String, String> spans = new TreeMap<>();

  final Map<String, Integer> releases = new TreeMap<>();
  private final Map<String, Long> spanRevisions = new TreeMap<>();

  /** Hashes of the bodies that were sent. */
  final Set<String> bodies = new TreeSet<>();

  /** Lets time pass in the log, by ticks of a second. */
  void pass(long millis) {
    long until = now + millis;
    while (now < until) {
      now = Math.min(until, now + 1000);
      tick();
      deliver(Integer.MAX_VALUE);
    }
  }

  /** A single tick, at what the clock shows. */
  void tick() {
    TraceEvent tick = new TraceEvent();
    tick.setKind(TraceEventKind.TICK);
    tick.setIdentity("0");
    tick.setPayload(new Tick(0));
    append(TICK, tick);
  }

  private void drain(String source) {
    List<MockProcessorContext.CapturedForward<? extends byte[], ? extends byte[]>> forwards =
        new ArrayList<>(context.forwarded());
    context.resetForwards();
    for (var forward : forwards) {
      String node = forward.childName().orElseThrow();
      String key = new String(forward.record().key(), StandardCharsets.UTF_8);
      byte[] value = forward.record().value();
      if (key.equals(TICK)) {
        // Time passes here when a test says so, one tick a second.
        ticks++;
        continue;
      }
      largestRecord = Math.max(largestRecord, value == null ? 0 : value.length);
      if (node.equals(NodeNames.ASSEMBLY_EVENTS)) {
        underway.computeIfAbsent(source, from -> new ArrayDeque<>()).add(new Underway(key, value));
      } else {
        collect(node, key, value);
      }
    }
  }

  private void collect(String node, String key, byte @Nullable [] value) {
    if (value == null) {
      // Sinks delete what they keep of the trace.
      written.add(node + " " + key + " forgotten");
      spans.keySet().removeIf(span -> span.startsWith(key + " "));
      return;
    }
    written.add(node + " " + key + " " + Emissions.Fingerprint.of(value, value.length, false));
    collect(node, value);
  }

  private void collect(String node, byte[] value) {
    switch (node) {
      case NodeNames.TRACE_RECORDS -> {
        TraceRecord row = CODECS.traceRecords().decode(value);
        long revision = row.getRevision();
        row.setRevision(0);
        row.setPhase(Phase.settled);
        String key = "trace " + row.getTraceId();
        noteKeyTime(key, row.getKeyTime());
        row.setKeyTime(Instant.EPOCH);
        put(key, revision, row.getDeleted(), row);
      }
      case NodeNames.DECISION_RECORDS -> {
        DecisionRecord row = CODECS.decisionRecords().decode(value);
        long revision = row.getRevision();
        row.setRevision(0);
        row.setPhase(Phase.settled);
        String key = "decision " + row.getTraceId() + " " + row.getDecisionId();
        noteKeyTime(key, row.getKeyTime());
        row.setKeyTime(Instant.EPOCH);
        put(key, revision, row.getDeleted(), row);
      }
      case NodeNames.SNAPSHOT_RECORDS -> {
        SnapshotRecord record = CODECS.snapshotRecords().decode(value);
        for (SnapshotRecord row : SnapshotSeries.snapshots(record)) {
          long revision = row.getRevision();
          row.setRevision(0);
          row.setPhase(Phase.settled);
          String key = "snapshot " + row.getTraceId() + " " + row.getSnapshotId();
          noteKeyTime(key, row.getKeyTime());
          row.setKeyTime(Instant.EPOCH);
          put(key, revision, row.getDeleted(), row);
        }
      }
      case NodeNames.EVALUATIONS -> {
        Evaluation row = CODECS.evaluations().decode(value);
        long revision = row.getRevision();
        row.setRevision(0);
        row.setPhase(Phase.settled);
        String key = "evaluation " + row.getTraceId() + " " + row.getEvaluationId();
        noteKeyTime(key, row.getKeyTime());
        row.setKeyTime(Instant.EPOCH);
        put(key, revision, row.getDeleted(), row);
      }
      case NodeNames.FEEDBACK_RECORDS -> {
        FeedbackRecord row = CODECS.feedbackRecords().decode(value);
        long revision = row.getRevision();
        row.setRevision(0);
        String key = "feedback " + row.getFeedback().getFeedbackId();
        noteKeyTime(key, row.getKeyTime());
        row.setKeyTime(Instant.EPOCH);
        put(key, revision, row.getDeleted(), row);
      }
      case NodeNames.RETAINED_SPANS -> {
        dev.recount.avro.Span span = CODECS.retainedSpans().decode(value);
        String key = span.getTraceId() + " " + span.getSpanId();
        releases.merge(key, 1, Integer::sum);
        Long before = spanRevisions.get(key);
        assertThat(before == null || before < span.getRevision())
            .as("span %s: %s after %s", key, span.getRevision(), before)
            .isTrue();
        spanRevisions.put(key, span.getRevision());
        span.setRevision(0);
        span.setKeyTime(null);
        spans.put(key, span.toString());
      }
      case NodeNames.SNAPSHOT_CONTENTS ->
          CODECS
              .snapshotContents()
              .decode(value)
              .getContents()
              .forEach(body -> bodies.add(dev.recount.topology.Sha256.hexOf(body.getContent())));
      default -> {}
    }
  }

  private void noteKeyTime(String key, Instant time) {
    keyTimes.computeIfAbsent(key, row -> new TreeSet<>()).add(time);
  }

  private void put(String key, long revision, boolean deleted, SpecificRecordBase row) {
    // Rows of linked feedback come from two logs: as in the table, the highest revision holds.
    Long before = revisions.get(key);
    if (before != null && revision < before) {
      assertThat(key).startsWith("feedback ");
      return;
    }
    revisions.put(key, revision);
    if (deleted) {
      rows.remove(key);
    } else {
      rows.put(key, row);
    }
  }

  /** Bytes of all keys and values in a store. */
  long bytes(String store) {
    KeyValueStore<Bytes, byte[]> kept = context.getStateStore(store);
    long bytes = 0;
    try (KeyValueIterator<Bytes, byte[]> all = kept.all()) {
      while (all.hasNext()) {
        var entry = all.next();
        bytes += entry.key.get().length + entry.value.length;
      }
    }
    return bytes;
  }

  /** All keys and values in a store, as text, to look for a word in it. */
  String contents(String store) {
    KeyValueStore<Bytes, byte[]> kept = context.getStateStore(store);
    StringBuilder contents = new StringBuilder();
    try (KeyValueIterator<Bytes, byte[]> all = kept.all()) {
      while (all.hasNext()) {
        var entry = all.next();
        contents.append(new String(entry.key.get(), StandardCharsets.UTF_8));
        contents.append(new String(entry.value, StandardCharsets.UTF_8)).append('\n');
      }
    }
    return contents.toString();
  }

  /** Keys in a store that begin in a given way. */
  long stored(String store, String prefix) {
    KeyValueStore<Bytes, byte[]> kept = context.getStateStore(store);
    long stored = 0;
    try (KeyValueIterator<Bytes, byte[]> all = kept.all()) {
      while (all.hasNext()) {
        if (new String(all.next().key.get(), StandardCharsets.UTF_8).contains(prefix)) {
          stored++;
        }
      }
    }
    return stored;
  }

  /** What differs between two runs, field by field. */
  static List<String> differences(AssemblerHarness one, AssemblerHarness other) {
    List<String> differences = new ArrayList<>();
    Set<String> keys = new TreeSet<>(one.rows.keySet());
    keys.addAll(other.rows.keySet());
    for (String key : keys) {
      SpecificRecordBase a = one.rows.get(key);
      SpecificRecordBase b = other.rows.get(key);
      if (a == null || b == null) {
        differences.add(key + (a == null ? " is in the other run only" : " is in one run only"));
      } else {
        for (Schema.Field field : a.getSchema().getFields()) {
          Object left = a.get(field.pos());
          Object right = b.get(field.pos());
          if (!Objects.equals(left, right)) {
            differences.add(key + " " + field.name() + ": " + left + " against " + right);
          }
        }
      }
    }
    return differences;
  }
}
