package dev.recount.sinks.clickhouse;

import dev.recount.schemas.RegistryUnavailableException;
import dev.recount.schemas.UndecodableException;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseRequestException;
import dev.recount.sinks.clickhouse.client.FailureKind;
import dev.recount.sinks.clickhouse.delivery.BackOff;
import dev.recount.sinks.clickhouse.delivery.DeadLetterReporter;
import dev.recount.sinks.clickhouse.delivery.Delivery;
import dev.recount.sinks.clickhouse.delivery.Rejections;
import dev.recount.sinks.clickhouse.delivery.SinkCounters;
import dev.recount.sinks.clickhouse.delivery.SinkMetrics;
import dev.recount.sinks.clickhouse.rows.RowBinary;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaDriftException;
import dev.recount.sinks.clickhouse.tables.Route;
import dev.recount.sinks.clickhouse.tables.Routes;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records of the output topics into ClickHouse.
 *
 * <p>What holds at any time:
 *
 * <ul>
 *   <li>A record that {@link #put} has taken is in a batch until ClickHouse has acknowledged it or
 *       it is put aside. ClickHouse being away never makes {@code put} throw for records that it
 *       has taken, so Connect never delivers them twice within a task.
 *   <li>{@code put} throws {@link RetriableException} before it has taken any record of the call,
 *       when the registry does not answer, or as much is held as may be and cannot be written.
 *       Connect then pauses the consumer, stays in the group, and delivers the same records again.
 *   <li>A record without a value among the spans asks to forget those of its trace. They are
 *       deleted when all that came before is written, and until then no offset is committed.
 *   <li>Only offsets of acknowledged rows are committed. What is delivered again after a crash or a
 *       rebalance replaces itself: rows are idempotent by key and revision.
 * </ul>
 */
public final class ClickHouseSinkTask extends SinkTask {
  private static final Logger log = LoggerFactory.getLogger(ClickHouseSinkTask.class);

  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(250);
  private static final Duration LONGEST_IDLE = Duration.ofMinutes(1);

  private final SinkCounters counters = new SinkCounters();
  private @Nullable Started started;

  /** Set when a commit was asked for by this task, right after a flush: no need for another. */
  private boolean commitRequested;

  /** A failure in a place where Connect would not stop the task for it. */
  private @Nullable ConnectException failure;

  /** What exists between start and stop. */
  private record Started(
      ClickHouseConnection connection,
      Routes routes,
      Rejections rejections,
      Delivery delivery,
      ForgottenSpans forgotten,
      BackOff registryBackOff) {}

  @Override
  public String version() {
    return new ClickHouseSinkConnector().version();
  }

  /** What the task has done so far. */
  public SinkCounters counters() {
    return counters;
  }

  @Override
  public void start(Map<String, String> properties) {
    ClickHouseSinkConfig config = new ClickHouseSinkConfig(properties);
    ClickHouseConnection connection = open(config);
    Rejections rejections =
        new DeadLetterReporter(
            context.errantRecordReporter(), config.topics().deadLetters().name());
    Delivery delivery =
        new Delivery(
            config.batchLimits(),
            connection::insert,
            () -> prepare(connection, config),
            rejections,
            counters,
            new BackOff(FIRST_BACK_OFF, config.longestBackOff(), System::nanoTime),
            System::nanoTime);
    started =
        new Started(
            connection,
            new Routes(config.topics(), config.newRegistryClient()),
            rejections,
            delivery,
            new ForgottenSpans(connection, config.schemaOptions()),
            new BackOff(FIRST_BACK_OFF, config.longestBackOff(), System::nanoTime));
    SinkMetrics.add(context.pluginMetrics(), counters);
    // Prepares the database now rather than with the first row: people query it before.
    flush(delivery::flushDue);
    scheduleNextPut(delivery);
  }

  private static ClickHouseConnection open(ClickHouseSinkConfig config) {
    try {
      return ClickHouseConnection.open(config.target(), config.requestTimeout());
    } catch (ClickHouseRequestException | UncheckedIOException refused) {
      throw new ConnectException(refused.getMessage(), refused);
    }
  }

  private static void prepare(ClickHouseConnection connection, ClickHouseSinkConfig config) {
    if (config.migrates()) {
      Migrations.apply(connection, config.schemaOptions());
    }
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    if (failure != null) {
      throw failure;
    }
    Started running = running();
    Delivery delivery = running.delivery();
    flush(delivery::flushDue);
    forget(running);
    if (!records.isEmpty()) {
      if (running.forgotten().isPending()) {
        scheduleNextPut(delivery);
        throw new RetriableException(
            "Spans are to be forgotten and ClickHouse does not delete them; no further records"
                + " until it does");
      }
      if (delivery.isFull()) {
        scheduleNextPut(delivery);
        throw new RetriableException(
            "What is held is as much as may be, and ClickHouse does not take it; no further records"
                + " until it does");
      }
      Map<SinkRecord, UndecodableException> unreadable = prepare(records, running);
      for (SinkRecord record : records) {
        take(record, unreadable.get(record), running);
        running.routes().forgotten(record).ifPresent(running.forgotten()::add);
      }
      flush(delivery::flushDue);
      forget(running);
    }
    scheduleNextPut(delivery);
  }

  /** Deletes what is to be forgotten, once all that came before is written. */
  private void forget(Started running) {
    if (!running.forgotten().isPending()) {
      return;
    }
    flush(running.delivery()::flushAll);
    if (running.delivery().isEmpty()) {
      try {
        running.forgotten().delete();
        context.requestCommit();
      } catch (ClickHouseRequestException failed) {
        if (failed.kind() != FailureKind.RETRIABLE) {
          throw new ConnectException(failed.getMessage(), failed);
        }
        counters.retried();
        log.warn("Spans that are to be forgotten are still there: {}", failed.getMessage());
      }
    }
  }

  /**
   * Gets what it takes to read the records, before any is taken, so that a failure leaves nothing
   * half done. They are read one by one, since all of them at once would need many times the memory
   * that their bytes do.
   *
   * @return those that will never be readable, as far as that is known without reading them
   */
  private Map<SinkRecord, UndecodableException> prepare(
      Collection<SinkRecord> records, Started running) {
    BackOff backOff = running.registryBackOff();
    Map<SinkRecord, UndecodableException> unreadable = new IdentityHashMap<>();
    try {
      for (SinkRecord record : records) {
        if (record.value() != null) {
          try {
            running.routes().of(record.topic()).prepare(record);
          } catch (UndecodableException problem) {
            unreadable.put(record, problem);
          }
        }
      }
    } catch (RegistryUnavailableException away) {
      counters.retried();
      backOff.failed();
      context.timeout(backOff.remaining().toMillis());
      throw new RetriableException(away.getMessage(), away);
    }
    backOff.succeeded();
    return unreadable;
  }

  /**
   * @param problem why the record will never be readable; null when that is not known
   */
  private void take(SinkRecord record, @Nullable UndecodableException problem, Started running) {
    Delivery delivery = running.delivery();
    Route<?> route = running.routes().of(record.topic());
    if (record.value() == null && !running.routes().takesTombstones(record.topic())) {
      delivery.pass(route.table(), record);
      return;
    }
    if (problem != null) {
      reject(record, route, problem, running);
      return;
    }
    boolean full;
    try {
      Consumer<RowBinary> row = read(record, route);
      full = delivery.add(route.table(), record, row);
    } catch (ConnectException misconfigured) {
      throw misconfigured;
    } catch (RuntimeException unusable) {
      reject(record, route, unusable, running);
      return;
    }
    if (full) {
      flush(delivery::flushDue);
    }
  }

  private static Consumer<RowBinary> read(SinkRecord record, Route<?> route) {
    try {
      return route.read(record);
    } catch (RegistryUnavailableException unprepared) {
      // Not to be tried again by Connect, which would deliver records of which some are taken.
      throw new ConnectException(unprepared.getMessage(), unprepared);
    }
  }

  /** Puts a record aside and goes past it. */
  private void reject(SinkRecord record, Route<?> route, RuntimeException reason, Started running) {
    running.rejections().reject(record, reason);
    counters.rejected();
    running.delivery().pass(route.table(), record);
  }

  private void flush(Runnable flushing) {
    long before = counters.batches();
    try {
      flushing.run();
    } catch (ClickHouseRequestException | SchemaDriftException failed) {
      throw new ConnectException(failed.getMessage(), failed);
    }
    if (counters.batches() > before) {
      commitRequested = true;
      context.requestCommit();
    }
  }

  private void scheduleNextPut(Delivery delivery) {
    boolean waits = started != null && started.forgotten().isPending();
    context.timeout(delivery.untilDue(waits ? FIRST_BACK_OFF : LONGEST_IDLE).toMillis());
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> preCommit(
      Map<TopicPartition, OffsetAndMetadata> current) {
    Delivery delivery = running().delivery();
    if (commitRequested) {
      // Flushing here again would ask for the next commit, and so on: ever smaller batches.
      commitRequested = false;
    } else {
      flushAll(delivery);
    }
    Map<TopicPartition, OffsetAndMetadata> written = new HashMap<>();
    if (running().forgotten().isPending()) {
      return written;
    }
    for (TopicPartition partition : current.keySet()) {
      delivery
          .written(partition)
          .ifPresent(offset -> written.put(partition, new OffsetAndMetadata(offset)));
    }
    return written;
  }

  private void flushAll(Delivery delivery) {
    try {
      flush(delivery::flushAll);
    } catch (ConnectException failed) {
      // Thrown here it would only rewind the consumer, over and over.
      failure = failed;
    }
    commitRequested = false;
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    if (started != null) {
      partitions.forEach(started.delivery()::forget);
    }
  }

  @Override
  public void stop() {
    if (started != null) {
      started.connection().close();
      started = null;
      log.info("The ClickHouse sink wrote {}", counters);
    }
  }

  private Started running() {
    if (started == null) {
      throw new IllegalStateException("The task is not started");
    }
    return started;
  }
}
