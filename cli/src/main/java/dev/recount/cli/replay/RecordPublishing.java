package dev.recount.cli.replay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.output.Progress;
import dev.recount.cli.output.Text;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes to the live topics what their readers have in another form: the rebuilt records of traces
 * and feedback of which any row differs, and for rows that are no more a tombstone where a topic is
 * compacted. Each carries a header with the name of the replay, by which a reader knows that it
 * holds whatever revision was there before.
 *
 * <p>Where what is replaced is kept, so are the records of these traces, beside the kept
 * application's topics: going back writes them to the live topics again.
 */
final class RecordPublishing {
  private static final int OUTSTANDING = 10_000;

  private final Connection live;
  private final Connection shadow;
  private final Rebuild rebuild;
  private final KafkaGroups groups;
  private final ClickHouse clickHouse;
  private final String database;
  private final Progress progress;

  /**
   * @param database that of the live tables, which are the rebuilt ones by now
   */
  RecordPublishing(
      Connection live,
      Rebuild rebuild,
      KafkaGroups groups,
      ClickHouse clickHouse,
      String database,
      Progress progress) {
    this.live = live;
    this.groups = groups;
    this.shadow = Shadow.connection(live, rebuild.topicPrefix());
    this.rebuild = rebuild;
    this.clickHouse = clickHouse;
    this.database = database;
    this.progress = progress;
  }

  /**
   * Writes what differs.
   *
   * @return how many records were written
   */
  long publish() {
    Set<String> traces = new HashSet<>();
    Set<String> feedback = new HashSet<>();
    for (ReplayedTable table : ReplayedTable.ALL) {
      ids(table, table.name().equals("feedback") ? feedback : traces);
    }
    if (traces.isEmpty() && feedback.isEmpty()) {
      return 0;
    }
    progress.step(
        "Writing the records of "
            + Text.count(traces.size(), "trace")
            + " that differ to the live topics");
    Properties properties = live.kafkaClientProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.RECORD_MAXIMUM_BYTES);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      Sending sending = new Sending(producer);
      Topics to = live.topics();
      if (rebuild.keepOld()) {
        Topics kept = Shadow.connection(live, rebuild.keptPrefix()).topics();
        Shadow.createOutputs(live, kept, groups);
        copy(to, kept, traces, feedback, this::isOfAnother, sending::send);
        sending.flush();
      }
      withdraw(to.decisionRecords(), "decisions", sending);
      withdraw(to.traceRecords(), "traces", sending);
      copy(shadow.topics(), to, traces, feedback, record -> true, sending::sendRebuilt);
      sending.flush();
      return sending.sent;
    }
  }

  /** Not of this replay, of which an attempt that was interrupted may have written some. */
  private boolean isOfAnother(ConsumerRecord<byte[], byte[]> record) {
    Header rebuilt = record.headers().lastHeader(Topics.REBUILT_HEADER);
    return rebuilt == null
        || !rebuild.id().equals(new String(rebuilt.value(), StandardCharsets.UTF_8));
  }

  /** IDs of traces, or of feedback, of which a row differs between the tables now and before. */
  private void ids(ReplayedTable table, Set<String> into) {
    String id = table.key().get(0);
    String hashes =
        "SELECT "
            + id
            + " AS id, sum(cityHash64(toString(tuple(*)))) AS hash, count() AS rows FROM %s."
            + table.name()
            + " FINAL GROUP BY id";
    for (JsonNode row :
        clickHouse.rows(
            "SELECT id FROM ("
                + hashes.formatted(database)
                + " UNION ALL "
                + hashes.formatted(rebuild.database())
                + ") GROUP BY id HAVING count() = 1 OR uniqExact(hash, rows) > 1",
            Map.of())) {
      into.add(row.path("id").asText());
    }
  }

  /** Tells readers of a compacted topic of rows that are no more. */
  private void withdraw(Topic topic, String table, Sending sending) {
    String key = table.equals("traces") ? "trace_id" : "concat(trace_id, '/', decision_id)";
    for (JsonNode row :
        clickHouse.rows(
            "SELECT "
                + key
                + " AS id FROM "
                + rebuild.database()
                + "."
                + table
                + " FINAL WHERE id NOT IN (SELECT "
                + key
                + " FROM "
                + database
                + "."
                + table
                + " FINAL)",
            Map.of())) {
      sending.sendRebuilt(
          new ProducerRecord<>(
              topic.name(), null, row.path("id").asText().getBytes(StandardCharsets.UTF_8), null));
    }
  }

  /** Copies the records of traces and feedback, those last that tell that the others are there. */
  private void copy(
      Topics from,
      Topics to,
      Set<String> traces,
      Set<String> feedback,
      Predicate<ConsumerRecord<byte[], byte[]>> chosen,
      Consumer<ProducerRecord<byte[], byte[]>> sending) {
    Copying copying = new Copying(chosen, sending);
    copying.copy(from.retainedSpans(), to.retainedSpans(), traces);
    copying.copy(from.snapshotContents(), to.snapshotContents(), traces);
    copying.copy(from.snapshotRecords(), to.snapshotRecords(), traces);
    copying.copy(from.evaluations(), to.evaluations(), traces);
    copying.copy(from.decisionRecords(), to.decisionRecords(), traces);
    copying.copy(from.traceRecords(), to.traceRecords(), traces);
    copying.copy(from.unmatchedFeedback(), to.unmatchedFeedback(), feedback);
    copying.copy(from.feedbackRecords(), to.feedbackRecords(), feedback);
  }

  /**
   * Copies from topic to topic.
   *
   * @param chosen which records
   * @param sending takes the copies
   */
  private final class Copying {
    private final Predicate<ConsumerRecord<byte[], byte[]>> chosen;
    private final Consumer<ProducerRecord<byte[], byte[]>> sending;

    Copying(
        Predicate<ConsumerRecord<byte[], byte[]>> chosen,
        Consumer<ProducerRecord<byte[], byte[]>> sending) {
      this.chosen = chosen;
      this.sending = sending;
    }

    void copy(Topic from, Topic to, Set<String> ids) {
      TopicScan.read(
          live,
          from.name(),
          record -> {
            if (ids.contains(idOf(record.key())) && chosen.test(record)) {
              sending.accept(
                  new ProducerRecord<>(
                      to.name(),
                      null,
                      record.timestamp(),
                      record.key(),
                      record.value(),
                      record.headers()));
            }
          });
    }
  }

  /** The trace or feedback that a record is about: its key up to the first slash of a trace's. */
  private static String idOf(byte[] key) {
    String text = new String(key, StandardCharsets.UTF_8);
    int traceIdLength = 32;
    return text.length() > traceIdLength && text.charAt(traceIdLength) == '/'
        ? text.substring(0, traceIdLength)
        : text;
  }

  /** Sends without waiting for each. */
  private final class Sending {
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Future<RecordMetadata>> outstanding = new ArrayList<>();
    private long sent;

    Sending(KafkaProducer<byte[], byte[]> producer) {
      this.producer = producer;
    }

    /** Sends what holds in place of what its readers have. */
    void sendRebuilt(ProducerRecord<byte[], byte[]> record) {
      record.headers().add(Topics.REBUILT_HEADER, rebuild.id().getBytes(StandardCharsets.UTF_8));
      send(record);
      sent++;
    }

    void send(ProducerRecord<byte[], byte[]> record) {
      outstanding.add(producer.send(record));
      if (outstanding.size() >= OUTSTANDING) {
        flush();
      }
    }

    void flush() {
      try {
        for (Future<RecordMetadata> each : outstanding) {
          each.get();
        }
        outstanding.clear();
      } catch (ExecutionException failed) {
        throw new KafkaException("Cannot write to the live topics", failed.getCause());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new KafkaException("Interrupted while writing to the live topics", interrupted);
      }
    }
  }
}
