package dev.recount.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.TraceEvent;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentTracesTest {
  private final AgentTraces traces = new AgentTraces(1, 1_767_225_600_000_000_000L);

  @Test
  void aSpanHasTheSizeThatTheFiguresAreAbout() {
    List<Span> run = traces.trace(7, AgentTraces.SPANS_PER_RUN);
    assertThat(AgentTraces.export(run).length / run.size()).isBetween(700, 1000);
    assertThat(run).allSatisfy(span -> assertThat(span.getAttributesCount()).isBetween(14, 20));
  }

  @Test
  void everyModelCallAndToolCallOfARunIsADecision() {
    List<dev.recount.avro.Span> spans =
        LogEntries.decoded(traces.trace(7, 3 * AgentTraces.SPANS_PER_RUN));
    TraceRows rows =
        TraceFold.fold(
            new TraceContents(traces.traceId(7), spans, 0, false, List.of(), List.of(), List.of()));
    assertThat(rows.decisions()).hasSize(3 * AgentTraces.DECISIONS_PER_RUN);
    assertThat(rows.trace().getFlags()).isEmpty();
  }

  @Test
  void anEntryFromATemplateIsTheEntryOfItsSpan() {
    EntryTemplates templates = new EntryTemplates(traces);
    List<Span> spans = traces.trace(3, 25);
    for (int index : new int[] {0, 1, 2, 10, 11, 20, 24}) {
      TraceEvent event =
          LogEntries.CODECS.traceEvents().decode(templates.entry(templates.key(3), 3, index));
      assertThat(event.getIdentity()).isEqualTo(AgentTraces.spanId(3, index));
      assertThat(event.getPayload())
          .isInstanceOfSatisfying(
              dev.recount.avro.Span.class,
              span -> {
                dev.recount.avro.Span expected =
                    LogEntries.decoded(List.of(spans.get(index))).get(0);
                assertThat(span.getTraceId()).isEqualTo(expected.getTraceId());
                assertThat(span.getSpanId()).isEqualTo(expected.getSpanId());
                assertThat(span.getParentSpanId()).isEqualTo(expected.getParentSpanId());
              });
    }
  }

  @Test
  void aRateLeavesOutTheFirstAndTheLastTenth() {
    List<long[]> progress =
        List.of(
            new long[] {0, 0},
            new long[] {5_000_000_000L, 10},
            new long[] {6_000_000_000L, 50},
            new long[] {7_000_000_000L, 90},
            new long[] {20_000_000_000L, 100});
    assertThat(Rates.middle(progress)).isEqualTo(40.0);
  }
}
