package dev.recount.sinks.archive;

import dev.recount.schemas.RegistryUnavailableException;
import dev.recount.schemas.UndecodableException;
import dev.recount.sinks.archive.format.ConflictException;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageException;
import dev.recount.sinks.archive.storage.StorageLocation;
import dev.recount.sinks.clickhouse.delivery.BackOff;
import dev.recount.sinks.clickhouse.delivery.DeadLetterReporter;
import dev.recount.sinks.clickhouse.delivery.Rejections;
import dev.recount.sinks.clickhouse.delivery.SinkMetrics;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each record of the two topics as one object.
 *
 * <p>What holds at any time:
 *
 * <ul>
 *   <li>{@link #put} returns when everything that it was given is kept or put aside, so the offsets
 *       that Connect commits are those of what is kept. Nothing is held back in memory.
 *   <li>While the storage or the registry is away it throws {@link RetriableException}. Connect
 *       then pauses the consumer, stays in the group, and delivers the same records again; what was
 *       written of them is not written again.
 *   <li>What is delivered again after a crash or a rebalance is there already, and stays as it is.
 *       What is there and differs is not overwritten: the record is put aside with the reason.
 *   <li>A record without a value among the bodies asks to forget its trace: all that the archive
 *       holds of it is removed.
 * </ul>
 */
public final class SnapshotArchiveTask extends SinkTask {
  private static final Logger log = LoggerFactory.getLogger(SnapshotArchiveTask.class);

  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(250);

  private final ArchiveCounters counters = new ArchiveCounters();
  private @Nullable Started started;

  /** What exists between start and stop. */
  private static final class Started {
    final ObjectStorage storage;
    final SnapshotArchive archive;
    final ArchiveRecords records;
    final Rejections rejections;
    final BackOff backOff;
    final ExecutorService writers;
    final Optional<Pruning> pruning;

    /** Records of a delivery that failed in part which need nothing more. */
    final Set<Position> done = new HashSet<>();

    boolean prepared;

    /** Why the storage has failed: what is not begun yet of a delivery would wait in vain. */
    volatile @Nullable StorageException failure;

    Started(
        ObjectStorage storage,
        ArchiveRecords records,
        Rejections rejections,
        BackOff backOff,
        ExecutorService writers,
        Optional<Pruning> pruning) {
      this.storage = storage;
      this.archive = new SnapshotArchive(storage);
      this.records = records;
      this.rejections = rejections;
      this.backOff = backOff;
      this.writers = writers;
      this.pruning = pruning;
    }
  }

  private record Position(String topic, int partition, long offset) {
    static Position of(SinkRecord record) {
      return new Position(
          record.originalTopic(), record.originalKafkaPartition(), record.originalKafkaOffset());
    }
  }

  /** A record that is being written. */
  private record Writing(SinkRecord record, Future<Boolean> result) {}

  @Override
  public String version() {
    return new SnapshotArchiveConnector().version();
  }

  /** What the task has done so far. */
  public ArchiveCounters counters() {
    return counters;
  }

  @Override
  public void start(Map<String, String> properties) {
    SnapshotArchiveConfig config = new SnapshotArchiveConfig(properties);
    StorageLocation location = config.location();
    start(config, open(location), config.newRegistryClient());
  }

  private static ObjectStorage open(StorageLocation location) {
    try {
      return location.open();
    } catch (StorageException refused) {
      throw new ConnectException(refused.getMessage(), refused);
    }
  }

  /** Starts on a storage, which the task closes, and a registry. */
  void start(SnapshotArchiveConfig config, ObjectStorage storage, SchemaRegistryClient registry) {
    started =
        new Started(
            storage,
            new ArchiveRecords(config.topics(), registry),
            new DeadLetterReporter(
                context.errantRecordReporter(), config.topics().deadLetters().name()),
            new BackOff(FIRST_BACK_OFF, config.longestBackOff(), System::nanoTime),
            Executors.newFixedThreadPool(
                config.parallelWrites(),
                task -> {
                  Thread thread = new Thread(task, "recount-archive-write");
                  thread.setDaemon(true);
                  return thread;
                }),
            config.prunes() && config.location() instanceof StorageLocation.Folder folder
                ? Optional.of(Pruning.start(folder.path(), config.retention()))
                : Optional.empty());
    SinkMetrics.addFailedAttempts(context.pluginMetrics(), counters::failedAttempts);
    try {
      // Tells of a mistake in the settings now rather than with the first record.
      prepare(started);
    } catch (RetriableException away) {
      log.warn("{}", away.getMessage());
    }
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    if (records.isEmpty()) {
      return;
    }
    Started running = running();
    prepare(running);
    running.failure = null;
    List<Writing> writings = new ArrayList<>(records.size());
    try {
      for (SinkRecord record : records) {
        if (running.done.contains(Position.of(record))) {
          continue;
        }
        Optional<String> forgotten = running.records.forgotten(record);
        if (forgotten.isPresent()) {
          // What came before must not be written after it.
          finishAll(writings, running);
          writings.clear();
          forget(forgotten.get(), record, running);
        } else {
          begin(record, running).ifPresent(writings::add);
        }
      }
    } catch (RegistryUnavailableException away) {
      finish(writings, running);
      throw retryLater(running, away);
    }
    finishAll(writings, running);
    running.done.clear();
    if (running.backOff.isFailing()) {
      log.info("The archive goes on after {} failed attempts", running.backOff.failures());
      running.backOff.succeeded();
      counters.failing(0);
    }
  }

  private void finishAll(List<Writing> writings, Started running) {
    finish(writings, running)
        .ifPresent(
            failed -> {
              throw retryLater(running, failed);
            });
  }

  private void forget(String traceId, SinkRecord record, Started running) {
    try {
      running.archive.remove(traceId);
      running.done.add(Position.of(record));
    } catch (StorageException failed) {
      throw failed.isPassing() ? retryLater(running, failed) : fatal(failed);
    }
  }

  private void prepare(Started running) {
    if (running.prepared) {
      return;
    }
    try {
      running.storage.prepare();
      running.prepared = true;
    } catch (StorageException failed) {
      throw failed.isPassing() ? retryLater(running, failed) : fatal(failed);
    }
  }

  /** Reads a record and sends it to be written; empty when nothing is to be. */
  private Optional<Writing> begin(SinkRecord record, Started running) {
    Optional<ArchiveRecords.Write> write;
    try {
      write = running.records.read(record);
    } catch (UndecodableException problem) {
      reject(record, problem, running);
      return Optional.empty();
    }
    return write.map(
        object -> new Writing(record, running.writers.submit(() -> write(object, running))));
  }

  private static boolean write(ArchiveRecords.Write object, Started running) {
    StorageException before = running.failure;
    if (before != null) {
      throw before;
    }
    try {
      return object.to(running.archive);
    } catch (StorageException failed) {
      running.failure = failed;
      throw failed;
    }
  }

  /**
   * Waits for what is being written.
   *
   * @return why some of it was not, when trying again may help
   */
  private Optional<StorageException> finish(List<Writing> writings, Started running) {
    StorageException passing = null;
    StorageException lasting = null;
    for (Writing writing : writings) {
      try {
        counters.wrote(writing.result().get());
        running.done.add(Position.of(writing.record()));
      } catch (ExecutionException failed) {
        if (failed.getCause() instanceof StorageException reason) {
          passing = reason.isPassing() ? reason : passing;
          lasting = reason.isPassing() ? lasting : reason;
        } else if (failed.getCause() instanceof ConflictException
            || failed.getCause() instanceof IllegalArgumentException) {
          reject(writing.record(), (RuntimeException) failed.getCause(), running);
        } else {
          throw new ConnectException("A snapshot cannot be archived", failed.getCause());
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new ConnectException("Interrupted while writing to the archive", interrupted);
      }
    }
    if (lasting != null) {
      throw fatal(lasting);
    }
    return Optional.ofNullable(passing);
  }

  private void reject(SinkRecord record, RuntimeException reason, Started running) {
    running.rejections.reject(record, reason);
    counters.rejected();
    running.done.add(Position.of(record));
  }

  private RetriableException retryLater(Started running, RuntimeException reason) {
    counters.retried();
    running.backOff.failed();
    counters.failing(running.backOff.failures());
    long millis = running.backOff.remaining().toMillis();
    context.timeout(millis);
    return new RetriableException(
        "Nothing is lost; trying again in "
            + millis
            + " ms (failed attempt "
            + running.backOff.failures()
            + "): "
            + reason.getMessage(),
        reason);
  }

  private static ConnectException fatal(StorageException reason) {
    return new ConnectException(reason.getMessage(), reason);
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    if (started != null) {
      // Whoever takes them over begins where the last delivery did that succeeded as a whole.
      started.done.clear();
    }
  }

  @Override
  public void stop() {
    if (started != null) {
      started.pruning.ifPresent(Pruning::close);
      started.writers.shutdownNow();
      started.storage.close();
      started = null;
      log.info("The archive wrote {}", counters);
    }
  }

  private Started running() {
    if (started == null) {
      throw new IllegalStateException("The task is not started");
    }
    return started;
  }
}
