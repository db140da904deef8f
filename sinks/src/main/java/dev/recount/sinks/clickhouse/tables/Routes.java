package dev.recount.sinks.clickhouse.tables;

import dev.recount.avro.Alert;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.SnapshotSeries;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.sinks.SinkKeys;
import dev.recount.sinks.clickhouse.rows.Table;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/** Which topic of the catalogue goes into which table. */
public final class Routes {
  private final SchemaRegistryClient registry;
  private final String deadLetters;
  private final String retainedSpans;
  private final Map<String, Route<?>> byTopic = new HashMap<>();

  /**
   * The routes of every topic that the pipeline puts out. Nothing is asked of the registry before
   * the first record of a topic.
   */
  public Routes(Topics topics, SchemaRegistryClient registry) {
    this.registry = registry;
    this.deadLetters = topics.deadLetters().name();
    this.retainedSpans = topics.retainedSpans().name();
    add(topics.decisionRecords(), DecisionsTable.TABLE, DecisionRecord.class);
    add(topics.traceRecords(), TracesTable.TABLE, TraceRecord.class);
    add(
        topics.snapshotRecords(),
        ContextSnapshotsTable.TABLE,
        avro(SnapshotRecord.class),
        SnapshotSeries::snapshots);
    add(topics.feedbackRecords(), FeedbackTable.TABLE, FeedbackRecord.class);
    add(topics.unmatchedFeedback(), FeedbackTable.TABLE, FeedbackRecord.class);
    add(topics.evaluations(), EvaluationsTable.TABLE, Evaluation.class);
    add(topics.alerts(), AlertsTable.TABLE, Alert.class);
    RecordSource<Span> spans = avro(Span.class);
    add(
        topics.retainedSpans(),
        SpansTable.TABLE,
        new RecordSource<>() {
          @Override
          public Span read(SinkRecord record) {
            return withKeyTime(spans.read(record), record);
          }

          @Override
          public void prepare(SinkRecord record) {
            spans.prepare(record);
          }
        });
    add(topics.deadLetters(), DeadLettersTable.TABLE, DeadLetter::of);
  }

  /** Every table, each once. */
  public static List<Table<?>> tables() {
    return List.of(
        DecisionsTable.TABLE,
        TracesTable.TABLE,
        SpansTable.TABLE,
        ContextSnapshotsTable.TABLE,
        FeedbackTable.TABLE,
        EvaluationsTable.TABLE,
        AlertsTable.TABLE,
        DeadLettersTable.TABLE);
  }

  /**
   * The way of a topic.
   *
   * @throws ConnectException when the topic has none
   */
  public Route<?> of(String topic) {
    Route<?> route = byTopic.get(topic);
    if (route == null) {
      throw new ConnectException(
          "Topic "
              + topic
              + " has no table. Subscribe the sink to output topics of the catalogue only ("
              + String.join(", ", byTopic.keySet().stream().sorted().toList())
              + "), and give it their prefix");
    }
    return route;
  }

  /**
   * The trace whose spans a record asks to forget: one without a value among them. Those of one
   * trace are in one partition, so that whatever was released before it came before it.
   */
  public Optional<String> forgotten(SinkRecord record) {
    return record.value() == null && record.topic().equals(retainedSpans)
        ? SinkKeys.traceId(record)
        : Optional.empty();
  }

  /** Whether a record without a value means something: a dead letter may have had none. */
  public boolean takesTombstones(String topic) {
    return topic.equals(deadLetters);
  }

  private <T extends SpecificRecordBase> void add(Topic topic, Table<T> table, Class<T> type) {
    add(topic, table, avro(type));
  }

  private <T> void add(Topic topic, Table<T> table, RecordSource<T> source) {
    add(topic, table, source, List::of);
  }

  private <T> void add(
      Topic topic, Table<T> table, RecordSource<T> source, Function<T, List<T>> rows) {
    byTopic.put(topic.name(), new Route<>(table, source, rows));
  }

  private <T extends SpecificRecordBase> RecordSource<T> avro(Class<T> type) {
    return new RecordSource<>() {
      private @Nullable AvroCodec<T> codec;

      @Override
      public T read(SinkRecord record) {
        return codec().decode(bytes(record));
      }

      @Override
      public void prepare(SinkRecord record) {
        codec().prepare(bytes(record));
      }

      private AvroCodec<T> codec() {
        if (codec == null) {
          codec = AvroCodec.reading(type, registry);
        }
        return codec;
      }
    };
  }

  private static byte[] bytes(SinkRecord record) {
    if (record.value() instanceof byte[] bytes) {
      return bytes;
    }
    // A mistake in the configuration, not in the record: none would come through.
    throw new ConnectException(
        "Values come as "
            + record.value().getClass().getName()
            + ": set value.converter=org.apache.kafka.connect.converters.ByteArrayConverter");
  }

  /** A span that was written without a key time is filed under the time of its record. */
  private static Span withKeyTime(Span span, SinkRecord record) {
    @Nullable Instant known = span.getKeyTime();
    if (known == null) {
      Long recorded = record.timestamp();
      span.setKeyTime(Instant.ofEpochMilli(recorded == null ? 0 : recorded));
    }
    return span;
  }
}
