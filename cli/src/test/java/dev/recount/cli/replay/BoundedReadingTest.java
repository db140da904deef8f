package dev.recount.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.replay.BoundedReading.Chosen;
import dev.recount.cli.replay.BoundedReading.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class BoundedReadingTest {
  private static final TopicPartition LOG = new TopicPartition("trace-events", 1);
  private static final TopicPartition INPUT = new TopicPartition("otlp_spans", 0);
  private static final byte[] TICK = {7};

  @Test
  void givesWhatIsBeforeTheBoundAndNeverCommitsBeyondIt() {
    BoundedReading reading = reading(new Limits(Map.of(LOG, 12L), Optional.empty()));
    ConsumerRecords<byte[], byte[]> given = reading.onConsume(polled(LOG, 10, 11, 12, 13));
    assertThat(given.records(LOG)).extracting(ConsumerRecord::offset).containsExactly(10L, 11L);
    assertThat(given.nextOffsets()).containsEntry(LOG, new OffsetAndMetadata(12));
    ConsumerRecords<byte[], byte[]> beyond = reading.onConsume(polled(LOG, 14, 15));
    assertThat(beyond.isEmpty()).isTrue();
    assertThat(beyond.nextOffsets()).containsEntry(LOG, new OffsetAndMetadata(12));
  }

  @Test
  void passesOverWhatHasNoBound() {
    BoundedReading reading = reading(new Limits(Map.of(LOG, 12L), Optional.empty()));
    ConsumerRecords<byte[], byte[]> given = reading.onConsume(polled(INPUT, 0, 1));
    assertThat(given.isEmpty()).isTrue();
    assertThat(given.nextOffsets()).isEmpty();
  }

  @Test
  void leavesTheTimeOfWhatIsNotChosen() {
    Chosen chosen = new Chosen(Set.of("trace-10"), TICK);
    BoundedReading reading = reading(new Limits(Map.of(LOG, 99L), Optional.of(chosen)));
    List<ConsumerRecord<byte[], byte[]>> given =
        reading.onConsume(polled(LOG, 10, 11)).records(LOG);
    assertThat(text(given.get(0).key())).isEqualTo("trace-10");
    assertThat(text(given.get(0).value())).isEqualTo("value");
    assertThat(text(given.get(1).key())).isEqualTo("tick:0");
    assertThat(given.get(1).value()).isEqualTo(TICK);
    assertThat(given.get(1).offset()).isEqualTo(11);
    assertThat(given.get(1).timestamp()).isEqualTo(1011);
    assertThat(given.get(1).timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
  }

  @Test
  void leavesWhatTheLogSaysOfTheConfiguration() {
    Chosen chosen = new Chosen(Set.of("trace-10"), TICK);
    BoundedReading reading = reading(new Limits(Map.of(LOG, 99L), Optional.of(chosen)));
    assertThat(reading.onConsume(polledWithKey(LOG, "config:1", 12)).records(LOG))
        .singleElement()
        .satisfies(record -> assertThat(text(record.value())).isEqualTo("value"));
  }

  private static BoundedReading reading(Limits limits) {
    BoundedReading reading = new BoundedReading();
    reading.configure(Map.of(BoundedReading.LIMITS, limits));
    return reading;
  }

  private static ConsumerRecords<byte[], byte[]> polled(TopicPartition partition, long... offsets) {
    return polledWithKey(partition, "", offsets);
  }

  /** Records of one key, or of a trace each when it is empty. */
  private static ConsumerRecords<byte[], byte[]> polledWithKey(
      TopicPartition partition, String keyOfAll, long... offsets) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (long offset : offsets) {
      byte[] key =
          (keyOfAll.isEmpty() ? "trace-" + offset : keyOfAll).getBytes(StandardCharsets.UTF_8);
      byte[] value = "value".getBytes(StandardCharsets.UTF_8);
      records.add(
          new ConsumerRecord<>(
              partition.topic(),
              partition.partition(),
              offset,
              1000 + offset,
              TimestampType.LOG_APPEND_TIME,
              key.length,
              value.length,
              key,
              value,
              new RecordHeaders(),
              Optional.empty()));
    }
    return new ConsumerRecords<>(
        Map.of(partition, records),
        Map.of(partition, new OffsetAndMetadata(offsets[offsets.length - 1] + 1)));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
