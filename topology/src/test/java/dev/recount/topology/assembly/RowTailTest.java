package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.assembly.Emissions.RowType;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The emission stands at the end of every row, and its length is known. */
class RowTailTest {
  private static final Instant KEY_TIME = Instant.ofEpochMilli(1_772_366_400_000L);

  @Test
  void everyRowEndsWithTheFieldsOfItsEmission() {
    List<String> emission = List.of("phase", "revision", "key_time", "deleted");
    for (Schema schema :
        List.of(
            DecisionRecord.getClassSchema(),
            TraceRecord.getClassSchema(),
            SnapshotRecord.getClassSchema(),
            Evaluation.getClassSchema())) {
      assertThat(lastFields(schema, 4)).as(schema.getName()).isEqualTo(emission);
    }
    assertThat(lastFields(FeedbackRecord.getClassSchema(), 3))
        .isEqualTo(List.of("revision", "key_time", "deleted"));
  }

  private static List<String> lastFields(Schema schema, int count) {
    List<String> names = schema.getFields().stream().map(Schema.Field::name).toList();
    return names.subList(names.size() - count, names.size());
  }

  static Stream<Long> revisions() {
    return Stream.of(0L, 1L, 63L, 64L, 8191L, 8192L, 1L << 20, Long.MAX_VALUE);
  }

  @ParameterizedTest
  @MethodSource("revisions")
  void theContentOfARowIsTheSameInEveryEmission(long revision) {
    byte[] first = decision(1, Phase.provisional);
    byte[] other = decision(revision, Phase.amended);
    assertThat(content(other, revision)).isEqualTo(content(first, 1));
  }

  private static byte[] decision(long revision, Phase phase) {
    DecisionRecord row = EmptyRows.decision("trace", "decision", DecisionKind.PLAN);
    row.setPhase(phase);
    row.setRevision(revision);
    row.setKeyTime(KEY_TIME);
    return AssemblerHarness.CODECS.decisionRecords().encode(row);
  }

  private static byte[] content(byte[] row, long revision) {
    int tail = RowTail.bytes(RowType.DECISION, revision, KEY_TIME);
    return Arrays.copyOf(row, row.length - tail);
  }
}
