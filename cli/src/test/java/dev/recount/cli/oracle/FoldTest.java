package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.AliasKind;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanKind;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.StatusCode;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.IndexedRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fold alone against the oracle: many traces, without servers and without streaming. */
class FoldTest {
  private static final int TRACES = Integer.getInteger("recount.oracle.fold.traces", 400);

  @ParameterizedTest
  @ValueSource(longs = {1, 20260301})
  void rowsEqualTheOracle(long seed) {
    Oracle oracle = Oracle.of(TelemetryGenerator.generate(TRACES, seed));
    Map<String, List<JsonNode>> rows = new LinkedHashMap<>();
    oracle
        .contents()
        .forEach(
            (trace, contents) -> {
              if (contents.isTrace()) {
                add(TraceFold.fold(contents(trace, contents)), rows);
              }
            });
    Comparison comparison = Comparison.of(rows, oracle);
    assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
  }

  private static TraceContents contents(String trace, Oracle.Contents contents) {
    List<LinkedFeedback> feedback = new ArrayList<>();
    for (Oracle.Joined joined : contents.feedback) {
      AliasKind alias = joined.match().equals("TRACE") ? null : AliasKind.valueOf(joined.match());
      feedback.add(new LinkedFeedback(TelemetrySender.avro(joined.feedback()), alias, 0, 0));
    }
    return new TraceContents(
        trace,
        contents.spans.values().stream().map(FoldTest::avro).toList(),
        0,
        false,
        contents.logs.values().stream().map(FoldTest::avro).toList(),
        contents.snapshots.values().stream().map(TelemetrySender::avro).toList(),
        contents.decisions.values().stream().map(TelemetrySender::avro).toList(),
        feedback);
  }

  private static SpanLogRecord avro(Telemetry.Log log) {
    SpanLogRecord avro = new SpanLogRecord();
    avro.setTraceId(log.trace());
    avro.setSpanId(log.span());
    avro.setTimeUnixNano(log.at());
    avro.setEventName(TelemetrySender.DETAILS);
    avro.setAttributes(log.attributes());
    avro.setResourceAttributes(Map.of());
    return avro;
  }

  private static Span avro(Telemetry.Span span) {
    Span avro = new Span();
    avro.setTraceId(span.trace());
    avro.setSpanId(span.id());
    avro.setParentSpanId(span.parent());
    avro.setName(span.name());
    avro.setKind(SpanKind.INTERNAL);
    avro.setStartTimeUnixNano(span.start());
    avro.setEndTimeUnixNano(span.end());
    avro.setStatusCode(StatusCode.valueOf(span.status()));
    avro.setStatusMessage(span.statusMessage());
    avro.setAttributes(span.attributes());
    avro.setEvents(new ArrayList<>());
    if (span.exceptionType() != null) {
      Map<String, Object> exception = new LinkedHashMap<>();
      exception.put("exception.type", span.exceptionType());
      if (span.exceptionMessage() != null) {
        exception.put("exception.message", span.exceptionMessage());
      }
      avro.getEvents().add(new SpanEvent(span.end(), "exception", exception));
    }
    avro.setLinks(List.of());
    Telemetry.Resource resource = span.resource();
    avro.setServiceName(resource.service());
    avro.setScopeName(resource.scope());
    avro.setScopeVersion(resource.scopeVersion());
    Map<String, Object> attributes = new LinkedHashMap<>();
    if (resource.environment() != null) {
      attributes.put("deployment.environment.name", resource.environment());
    }
    if (resource.release() != null) {
      attributes.put("service.version", resource.release());
    }
    avro.setResourceAttributes(attributes);
    return avro;
  }

  private static void add(TraceRows folded, Map<String, List<JsonNode>> rows) {
    add("traces", List.of(folded.trace()), rows);
    add("decisions", folded.decisions(), rows);
    add("context_snapshots", folded.snapshots(), rows);
  }

  private static void add(
      String table, Iterable<? extends IndexedRecord> records, Map<String, List<JsonNode>> rows) {
    List<JsonNode> written = rows.computeIfAbsent(table, name -> new ArrayList<>());
    records.forEach(record -> written.add(OracleRecords.row(record)));
  }
}
