package dev.recount.sinks.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topics;
import dev.recount.sinks.archive.format.ConflictException;
import dev.recount.sinks.archive.format.ReadBack;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.FolderStorage;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageException;
import dev.recount.sinks.clickhouse.TaskContext;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotArchiveTaskTest {
  private final Topics topics = Topics.withPrefix("staging.");
  private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
  private final AvroCodec<SnapshotRecord> manifests =
      AvroCodec.of(SnapshotRecord.class, topics.snapshotRecords().subject(), registry);
  private final AvroCodec<SnapshotContents> contents =
      AvroCodec.of(SnapshotContents.class, topics.snapshotContents().subject(), registry);
  private final TaskContext context = new TaskContext();
  private final SnapshotArchiveTask task = new SnapshotArchiveTask();
  private int offset;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private FlakyStorage storage;

  @BeforeEach
  void start() {
    storage = new FlakyStorage(new FolderStorage(folder));
    task.initialize(context);
    task.start(config(), storage, registry);
  }

  private SnapshotArchiveConfig config() {
    return new SnapshotArchiveConfig(
        Map.of(
            "archive.url",
            folder.toUri().toString(),
            "schema.registry.url",
            "http://127.0.0.1:1",
            "topic.prefix",
            "staging."));
  }

  @AfterEach
  void stop() {
    task.stop();
  }

  @Test
  void recordsOfBothTopicsAreKeptAndReadBack() {
    List<SampleTrace> samples = samples(20);
    List<SinkRecord> records = new ArrayList<>();
    samples.forEach(sample -> records.addAll(records(sample)));
    task.put(records);
    samples.forEach(sample -> ReadBack.assertWhole(new SnapshotArchive(storage), sample));
    assertThat(task.counters().written()).isEqualTo(records.size());
    assertThat(context.reported()).isEmpty();
  }

  @Test
  void whatConnectDeliversAgainChangesNothing() {
    List<SinkRecord> records = records(SampleTrace.of(1));
    task.put(records);
    task.put(records);
    assertThat(task.counters().written()).isEqualTo(records.size());
    assertThat(task.counters().present()).isEqualTo(records.size());
    assertThat(context.reported()).isEmpty();
  }

  @Test
  void whatIsNotRetainedOrNotSettledIsNotKept() {
    SampleTrace sample = SampleTrace.of(2);
    SnapshotRecord unretained = SnapshotRecord.newBuilder(sample.manifests().get(0)).build();
    unretained.setRetained(false);
    SnapshotRecord provisional = SnapshotRecord.newBuilder(sample.manifests().get(0)).build();
    provisional.setPhase(Phase.provisional);
    task.put(List.of(record(unretained), record(provisional)));
    assertThat(new SnapshotArchive(storage).read(sample.traceId())).isEmpty();
  }

  @Test
  void otherBytesUnderTheSameNameAreADeadLetterAndTheFirstStay() {
    SampleTrace sample = SampleTrace.of(3);
    task.put(records(sample));
    SnapshotRecord other = SnapshotRecord.newBuilder(sample.manifests().get(0)).build();
    other.setTokenCount(12_345L);
    SinkRecord conflicting = record(other);
    SampleTrace neighbour = SampleTrace.of(4);
    List<SinkRecord> batch = new ArrayList<>(List.of(conflicting));
    batch.addAll(records(neighbour));
    task.put(batch);
    assertThat(context.reported()).containsExactly(conflicting);
    assertThat(context.reasons()).singleElement().isInstanceOf(ConflictException.class);
    ReadBack.assertWhole(new SnapshotArchive(storage), sample);
    ReadBack.assertWhole(new SnapshotArchive(storage), neighbour);
  }

  @Test
  void whatAReplayDerivedAnewLeavesWhatIsThereAndIsNoDeadLetter() {
    SampleTrace sample = SampleTrace.of(3);
    task.put(records(sample));
    SnapshotRecord other = SnapshotRecord.newBuilder(sample.manifests().get(0)).build();
    other.setRetainedBy("another rule");
    SinkRecord rebuilt = record(other);
    rebuilt.headers().addBytes(Topics.REBUILT_HEADER, new byte[] {'r'});
    SampleTrace added = SampleTrace.of(4);
    List<SinkRecord> batch = new ArrayList<>(List.of(rebuilt));
    for (SinkRecord record : records(added)) {
      record.headers().addBytes(Topics.REBUILT_HEADER, new byte[] {'r'});
      batch.add(record);
    }
    task.put(batch);
    assertThat(context.reported()).isEmpty();
    ReadBack.assertWhole(new SnapshotArchive(storage), sample);
    ReadBack.assertWhole(new SnapshotArchive(storage), added);
  }

  @Test
  void whatCannotBeReadOrNamesNoTraceIsADeadLetter() {
    SnapshotRecord elsewhere =
        SnapshotRecord.newBuilder(SampleTrace.of(5).manifests().get(0)).build();
    elsewhere.setTraceId("../../elsewhere");
    SinkRecord garbage = record(topics.snapshotContents().name(), new byte[] {1, 2, 3});
    SinkRecord outside = record(elsewhere);
    SampleTrace sample = SampleTrace.of(6);
    List<SinkRecord> batch = new ArrayList<>(List.of(garbage, outside));
    batch.addAll(records(sample));
    task.put(batch);
    assertThat(context.reported()).containsExactlyInAnyOrder(garbage, outside);
    ReadBack.assertWhole(new SnapshotArchive(storage), sample);
  }

  @Test
  void whileTheStorageIsAwayNothingIsLostAndNothingWrittenTwice() {
    List<SinkRecord> records = new ArrayList<>();
    List<SampleTrace> samples = samples(10);
    samples.forEach(sample -> records.addAll(records(sample)));
    storage.failEvery(3);
    int attempts = 0;
    while (true) {
      attempts++;
      assertThat(attempts).isLessThan(1_000);
      try {
        task.put(records);
        break;
      } catch (RetriableException away) {
        assertThat(away).hasMessageContaining("Nothing is lost");
        assertThat(context.timeout()).isPositive();
      }
    }
    assertThat(attempts).isGreaterThan(1);
    assertThat(task.counters().retries()).isEqualTo(attempts - 1);
    assertThat(task.counters().written()).isEqualTo(records.size());
    assertThat(task.counters().present()).isZero();
    samples.forEach(sample -> ReadBack.assertWhole(new SnapshotArchive(storage), sample));
  }

  @Test
  void aTraceThatIsToBeForgottenIsRemovedWithWhatCameBeforeInTheSameDelivery() {
    SampleTrace kept = SampleTrace.of(8);
    SampleTrace forgotten = SampleTrace.of(9);
    task.put(records(forgotten));
    List<SinkRecord> batch = new ArrayList<>(records(kept));
    batch.addAll(records(SampleTrace.of(9)));
    batch.add(forget(forgotten.traceId()));
    batch.add(forget("no trace ID"));
    storage.failEvery(5);
    while (true) {
      try {
        task.put(batch);
        break;
      } catch (RetriableException away) {
        assertThat(away).hasMessageContaining("away");
      }
    }
    assertThat(new SnapshotArchive(storage).read(forgotten.traceId())).isEmpty();
    ReadBack.assertWhole(new SnapshotArchive(storage), kept);
  }

  private SinkRecord forget(String traceId) {
    return new SinkRecord(
        topics.snapshotContents().name(),
        0,
        null,
        traceId.getBytes(StandardCharsets.UTF_8),
        null,
        null,
        offset++,
        0L,
        TimestampType.CREATE_TIME);
  }

  @Test
  void aMistakeThatLastsStopsTheTask() {
    storage.breakForGood();
    assertThatThrownBy(() -> task.put(records(SampleTrace.of(7))))
        .isInstanceOf(ConnectException.class)
        .isNotInstanceOf(RetriableException.class)
        .hasMessageContaining("no right to write");
  }

  @Test
  void aTopicThatIsNotTheArchivesIsAMistakeInTheSettings() {
    assertThatThrownBy(() -> task.put(List.of(record("staging.alerts", new byte[] {0}))))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("staging.snapshot-records");
  }

  @Test
  void aLocationThatIsNoneIsRefusedByTheSettings() {
    assertThatThrownBy(
            () ->
                new SnapshotArchiveConfig(
                    Map.of("archive.url", "gs://x", "schema.registry.url", "http://r")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("file: or s3:");
  }

  @Test
  void oneTaskPrunes() {
    SnapshotArchiveConnector connector = new SnapshotArchiveConnector();
    connector.start(Map.of("archive.url", "/a", "schema.registry.url", "http://r"));
    assertThat(
            connector.taskConfigs(3).stream()
                .map(SnapshotArchiveConfig::new)
                .map(SnapshotArchiveConfig::prunes))
        .containsExactly(true, false, false);
  }

  private static List<SampleTrace> samples(int count) {
    List<SampleTrace> samples = new ArrayList<>();
    for (int seed = 0; seed < count; seed++) {
      samples.add(SampleTrace.of(seed));
    }
    return samples;
  }

  private List<SinkRecord> records(SampleTrace sample) {
    List<SinkRecord> records = new ArrayList<>();
    sample.manifests().forEach(record -> records.add(record(record)));
    sample
        .contents()
        .forEach(
            record ->
                records.add(record(topics.snapshotContents().name(), contents.encode(record))));
    return records;
  }

  private SinkRecord record(SnapshotRecord record) {
    return record(topics.snapshotRecords().name(), manifests.encode(record));
  }

  private SinkRecord record(String topic, byte[] value) {
    return new SinkRecord(
        topic, 0, null, null, null, value, offset++, 0L, TimestampType.CREATE_TIME);
  }

  /** A storage that is away now and then. */
  private static final class FlakyStorage implements ObjectStorage {
    private final ObjectStorage storage;
    private final AtomicInteger puts = new AtomicInteger();
    private volatile int failing = Integer.MAX_VALUE;
    private volatile boolean broken;

    FlakyStorage(ObjectStorage storage) {
      this.storage = storage;
    }

    void failEvery(int often) {
      failing = often;
    }

    void breakForGood() {
      broken = true;
    }

    @Override
    public void prepare() {
      storage.prepare();
    }

    @Override
    public boolean putIfAbsent(String name, byte[] bytes) {
      if (broken) {
        throw StorageException.lasting("no right to write", null);
      }
      if (puts.incrementAndGet() % failing == 0) {
        throw StorageException.passing("away", null);
      }
      return storage.putIfAbsent(name, bytes);
    }

    @Override
    public Optional<byte[]> get(String name) {
      return storage.get(name);
    }

    @Override
    public List<String> list(String folder) {
      return storage.list(folder);
    }

    @Override
    public void remove(String name) {
      if (puts.incrementAndGet() % failing == 0) {
        throw StorageException.passing("away", null);
      }
      storage.remove(name);
    }

    @Override
    public void close() {
      storage.close();
    }
  }
}
