package dev.recount.benchmarks;

import dev.recount.avro.Tick;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.BoundedRocksDb;
import dev.recount.topology.assembly.TraceAssembler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * One partition of the assembler on RocksDB, without a broker. Neither changelogs nor Streams'
 * cache before the stores take part, so a header is written to RocksDB with every event.
 */
final class AssemblerPartition implements AutoCloseable {
  private static final byte[] TICK_KEY = "tick:0".getBytes(StandardCharsets.US_ASCII);

  private final Path folder;
  private final CountingContext<byte[], byte[]> context;
  private final Processor<byte[], byte[], byte[], byte[]> assembler;
  private final byte[] tick;
  private final List<StateStore> stores = new ArrayList<>();
  private long now = 1_767_225_600_000L;

  /** Counts records and lets them go, as Streams does: a producer's buffer is small. */
  private static final class CountingContext<K, V> extends MockProcessorContext<K, V> {
    long forwarded;

    CountingContext(Properties properties, Path folder) {
      super(properties, new org.apache.kafka.streams.processor.TaskId(0, 0), folder.toFile());
    }

    @Override
    public long currentSystemTimeMs() {
      return System.currentTimeMillis();
    }

    @Override
    public <A extends K, B extends V> void forward(Record<A, B> record) {
      forwarded++;
    }

    @Override
    public <A extends K, B extends V> void forward(Record<A, B> record, String child) {
      forwarded++;
    }
  }

  AssemblerPartition(Map<String, String> settings) {
    try {
      folder = Files.createTempDirectory("recount-assembler-");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "benchmarks");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    properties.put(
        StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class.getName());
    context = new CountingContext<>(properties, folder);
    ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier =
        TraceAssembler.supplier(LogEntries.CODECS, TopologySettings.fromMap(settings));
    for (StoreBuilder<?> builder : supplier.stores()) {
      StateStore store = builder.withLoggingDisabled().withCachingDisabled().build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
      stores.add(store);
    }
    assembler = supplier.get();
    assembler.init(context);
    tick = tick();
  }

  private static byte[] tick() {
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.TICK);
    event.setIdentity("0");
    event.setPayload(new Tick(0));
    return LogEntries.CODECS.traceEvents().encode(event);
  }

  /** Appends an entry and lets the assembler process it. */
  void append(byte[] key, byte[] entry) {
    assembler.process(new Record<>(key, entry, now));
  }

  /** Lets time pass in the log, and with it whatever has become due. */
  void pass(Duration time) {
    now += time.toMillis();
    append(TICK_KEY, tick);
  }

  /** Records that the assembler has written. */
  long forwarded() {
    return context.forwarded;
  }

  @Override
  public void close() {
    assembler.close();
    stores.forEach(StateStore::close);
    TemporaryFolders.delete(folder);
  }
}
