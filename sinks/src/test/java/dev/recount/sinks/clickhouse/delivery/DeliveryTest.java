package dev.recount.sinks.clickhouse.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.sinks.clickhouse.client.ClickHouseRequestException;
import dev.recount.sinks.clickhouse.client.FailureKind;
import dev.recount.sinks.clickhouse.rows.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  /** Room for three batches that have just been begun. */
  private static final long MEMORY = 200_000;

  private static final Duration LINGER = Duration.ofMillis(500);
  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(100);
  private static final TopicPartition TRACES = new TopicPartition("t", 0);
  private static final Table<Character> A = table("a");
  private static final Table<Character> B = table("b");
  private static final Table<Character> C = table("c");

  private long nanos = 1;
  private long nextOffset;
  private final FakeClickHouse clickHouse = new FakeClickHouse();
  private final List<Long> rejected = new ArrayList<>();
  private final AtomicInteger preparations = new AtomicInteger();
  private final SinkCounters counters = new SinkCounters();
  private final Delivery delivery =
      new Delivery(
          new BatchLimits(4, 1000, MEMORY, LINGER),
          clickHouse,
          preparations::incrementAndGet,
          (record, reason) -> rejected.add(record.kafkaOffset()),
          counters,
          new BackOff(FIRST_BACK_OFF, Duration.ofMillis(400), () -> nanos),
          () -> nanos);

  private static Table<Character> table(String name) {
    return Table.<Character>named(name).column("c", (row, letter) -> row.int8(letter)).build();
  }

  private void add(Table<Character> table, String letters) {
    for (char letter : letters.toCharArray()) {
      SinkRecord record = new SinkRecord("t", 0, null, null, null, null, nextOffset++);
      delivery.add(table, record, rows -> table.write(rows, letter));
    }
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void aBatchIsWrittenWhenItsFirstRowHasWaitedLongEnough() {
    add(A, "12");
    delivery.flushDue();
    assertThat(clickHouse.inserts()).isEmpty();
    assertThat(delivery.untilDue(Duration.ofMinutes(1))).isEqualTo(LINGER);
    pass(LINGER);
    delivery.flushDue();
    assertThat(clickHouse.inserts()).containsExactly("a:12");
  }

  @Test
  void aFullBatchIsWrittenAtOnceAndOthersWait() {
    add(A, "1234");
    add(B, "5");
    delivery.flushDue();
    assertThat(clickHouse.inserts()).containsExactly("a:1234");
    delivery.flushAll();
    assertThat(clickHouse.inserts()).containsExactly("a:1234", "b:5");
    assertThat(counters.records()).isEqualTo(5);
    assertThat(counters.batches()).isEqualTo(2);
  }

  @Test
  void theLargestBatchIsWrittenWhenAllTogetherTakeUpTooMuchMemory() {
    add(A, "1");
    add(B, "2");
    add(C, "3");
    delivery.flushDue();
    assertThat(clickHouse.inserts()).isEmpty();
    SinkRecord large = new SinkRecord("t", 0, null, null, null, new byte[5_000], nextOffset++);
    assertThat(delivery.add(B, large, rows -> B.write(rows, '4'))).isTrue();
    delivery.flushDue();
    assertThat(clickHouse.inserts()).containsExactly("b:24");
  }

  @Test
  void itIsFullTooWhenWhatItHoldsTakesUpTooMuchMemory() {
    clickHouse.failNext(FailureKind.RETRIABLE);
    add(A, "1");
    delivery.flushAll();
    assertThat(delivery.isFull()).isFalse();
    SinkRecord large = new SinkRecord("t", 0, null, null, null, new byte[200_000], nextOffset++);
    delivery.add(A, large, rows -> A.write(rows, '2'));
    assertThat(delivery.isFull()).isTrue();
    pass(FIRST_BACK_OFF);
    delivery.flushDue();
    assertThat(delivery.isFull()).isFalse();
  }

  @Test
  void theDatabaseIsPreparedOnceAndBeforeTheFirstRow() {
    delivery.flushDue();
    add(A, "1");
    delivery.flushAll();
    assertThat(preparations).hasValue(1);
  }

  @Test
  void onlyWrittenOffsetsAreReported() {
    assertThat(delivery.written(TRACES)).isEmpty();
    add(A, "12");
    assertThat(delivery.written(TRACES)).isEmpty();
    delivery.flushAll();
    assertThat(delivery.written(TRACES)).hasValue(2);
    add(A, "3");
    assertThat(delivery.written(TRACES)).hasValue(2);
  }

  @Test
  void aRecordWithoutARowWaitsForTheRowsBeforeIt() {
    delivery.pass(A, new SinkRecord("t", 0, null, null, null, null, nextOffset++));
    assertThat(delivery.written(TRACES)).hasValue(1);
    add(A, "1");
    delivery.pass(A, new SinkRecord("t", 0, null, null, null, null, nextOffset++));
    assertThat(delivery.written(TRACES)).hasValue(1);
    delivery.flushAll();
    assertThat(delivery.written(TRACES)).hasValue(3);
  }

  @Test
  void aForgottenPartitionHasNoOffset() {
    add(A, "1");
    delivery.forget(TRACES);
    delivery.flushAll();
    assertThat(delivery.written(TRACES)).isEmpty();
  }

  @Test
  void rowsAreKeptWhileClickHouseIsAwayAndTriedLessAndLessOften() {
    clickHouse.failNext(FailureKind.RETRIABLE, FailureKind.RETRIABLE, FailureKind.RETRIABLE);
    add(A, "12");
    delivery.flushAll();
    assertThat(delivery.untilDue(Duration.ofMinutes(1))).isEqualTo(FIRST_BACK_OFF);
    delivery.flushAll();
    assertThat(counters.retries()).as("no attempt before its time").isEqualTo(1);
    pass(FIRST_BACK_OFF);
    delivery.flushDue();
    assertThat(delivery.untilDue(Duration.ofMinutes(1))).isEqualTo(FIRST_BACK_OFF.multipliedBy(2));
    pass(FIRST_BACK_OFF.multipliedBy(2));
    delivery.flushDue();
    assertThat(counters.failedAttempts()).isEqualTo(3);
    pass(FIRST_BACK_OFF.multipliedBy(4));
    delivery.flushDue();
    assertThat(counters.failedAttempts()).isZero();
    assertThat(clickHouse.inserts()).containsExactly("a:12");
    assertThat(delivery.written(TRACES)).hasValue(2);
    assertThat(counters.retries()).isEqualTo(3);
  }

  @Test
  void itIsFullOnlyWhenAFullBatchCannotBeWritten() {
    add(A, "1234");
    assertThat(delivery.isFull()).isFalse();
    clickHouse.failNext(FailureKind.RETRIABLE);
    delivery.flushDue();
    assertThat(delivery.isFull()).isTrue();
    pass(FIRST_BACK_OFF);
    delivery.flushDue();
    assertThat(delivery.isFull()).isFalse();
  }

  @Test
  void badRowsArePutAsideAndTheOthersWritten() {
    add(A, "1X23X");
    delivery.flushAll();
    assertThat(String.join("", clickHouse.inserts()).replace("a:", "")).isEqualTo("123");
    assertThat(rejected).containsExactly(1L, 4L);
    assertThat(delivery.written(TRACES)).hasValue(5);
    assertThat(counters.records()).isEqualTo(3);
    assertThat(counters.rejectedRecords()).isEqualTo(2);
  }

  @Test
  void whatWasSettledBeforeAFailureIsNotWrittenOrPutAsideAgain() {
    add(A, "X123");
    clickHouse.afterSuccesses(1);
    clickHouse.failNext(FailureKind.RETRIABLE);
    delivery.flushAll();
    assertThat(clickHouse.inserts()).containsExactly("a:1");
    assertThat(delivery.written(TRACES)).isEmpty();
    pass(FIRST_BACK_OFF);
    delivery.flushDue();
    assertThat(clickHouse.inserts()).containsExactly("a:1", "a:23");
    assertThat(rejected).containsExactly(0L);
    assertThat(delivery.written(TRACES)).hasValue(4);
  }

  @Test
  void aFailureThatWillNotPassIsThrownAndNothingIsPutAside() {
    clickHouse.failNext(FailureKind.FATAL);
    add(A, "12");
    assertThatThrownBy(delivery::flushAll)
        .isInstanceOfSatisfying(
            ClickHouseRequestException.class,
            failed -> assertThat(failed.kind()).isEqualTo(FailureKind.FATAL));
    assertThat(rejected).isEmpty();
    assertThat(delivery.written(TRACES)).isEmpty();
  }

  @Test
  void aRowThatCannotBeWrittenLeavesNoTrace() {
    add(A, "1");
    SinkRecord record = new SinkRecord("t", 0, null, null, null, null, nextOffset++);
    assertThatThrownBy(
            () ->
                delivery.add(
                    A,
                    record,
                    rows -> {
                      rows.int8('!');
                      throw new IllegalArgumentException("half a row");
                    }))
        .hasMessage("half a row");
    delivery.flushAll();
    assertThat(clickHouse.inserts()).containsExactly("a:1");
  }
}
