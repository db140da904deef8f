package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.TopologyCodecs;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A released span is the span of the log with its key time and revision. */
class SpanReleaseTest {
  private static final TopologyCodecs CODECS = AssemblerHarness.CODECS;
  private static final Instant KEY_TIME = Instant.ofEpochMilli(1_772_366_400_123L);

  @Test
  void theLastFieldsOfASpanAreThoseOfItsRelease() {
    List<String> names =
        Span.getClassSchema().getFields().stream().map(Schema.Field::name).toList();
    assertThat(names.subList(names.size() - 2, names.size()))
        .containsExactly("key_time", "revision");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64, 8191, 8192, 1L << 40})
  void isWhatDecodingAndEncodingGives(long revision) {
    byte[] event = event(span());
    byte[] filed = ByteBuffer.allocate(16 + event.length).position(16).put(event).array();
    byte[] released =
        new SpanRelease(CODECS)
            .record(filed, 16, KEY_TIME.toEpochMilli(), revision, OptionalLong.empty());
    Span expected = span();
    expected.setKeyTime(KEY_TIME);
    expected.setRevision(revision);
    assertThat(released).isEqualTo(CODECS.retainedSpans().encode(expected));
  }

  @Test
  void theFirstFieldsOfASpanEndWithItsTraceState() {
    List<String> names =
        Span.getClassSchema().getFields().stream().map(Schema.Field::name).toList();
    assertThat(names.subList(0, 4))
        .containsExactly("trace_id", "span_id", "parent_span_id", "trace_state");
  }

  @ParameterizedTest
  @CsvSource({",", "fedcba9876543210,", ",vendor=x", "fedcba9876543210,'ot=th:8,vendor=x'"})
  void aThresholdTakesItsPlaceInTheTraceState(
      @Nullable String parent, @Nullable String traceState) {
    Span span = span();
    span.setParentSpanId(parent);
    span.setTraceState(traceState);
    OptionalLong threshold = OptionalLong.of(0xc0000000000000L);
    byte[] released =
        new SpanRelease(CODECS).record(event(span), 0, KEY_TIME.toEpochMilli(), 7, threshold);
    span.setKeyTime(KEY_TIME);
    span.setRevision(7);
    span.setTraceState("ot=th:c" + (traceState == null ? "" : ",vendor=x"));
    assertThat(released).isEqualTo(CODECS.retainedSpans().encode(span));
  }

  @Test
  void aSpanThatCarriesAnEmissionGetsTheNewOne() {
    Span earlier = span();
    earlier.setKeyTime(Instant.EPOCH.plusMillis(5));
    earlier.setRevision(9);
    Span released =
        CODECS
            .retainedSpans()
            .decode(
                new SpanRelease(CODECS)
                    .record(event(earlier), 0, KEY_TIME.toEpochMilli(), 10, OptionalLong.empty()));
    assertThat(released.getKeyTime()).isEqualTo(KEY_TIME);
    assertThat(released.getRevision()).isEqualTo(10);
  }

  private static byte[] event(Span span) {
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.SPAN);
    event.setIdentity(span.getSpanId());
    event.setPrecedence(span.getEndTimeUnixNano());
    event.setHints(3);
    event.setPayload(span);
    return CODECS.traceEvents().encode(event);
  }

  private static Span span() {
    Map<String, Object> attributes = new TreeMap<>();
    attributes.put("bytes", ByteBuffer.wrap(new byte[] {0, 0}));
    attributes.put("double", 0.25);
    attributes.put("flag", true);
    attributes.put("json", new JsonValue("[0]"));
    attributes.put("long", Long.MIN_VALUE);
    attributes.put("text", "ünïcode");
    Span span = new Span();
    span.setTraceId("0123456789abcdef0123456789abcdef");
    span.setSpanId("0123456789abcdef");
    span.setName("chat");
    span.setKind(SpanKind.CLIENT);
    span.setStartTimeUnixNano(1);
    span.setEndTimeUnixNano(Long.MAX_VALUE);
    span.setStatusCode(StatusCode.OK);
    span.setAttributes(attributes);
    span.setResourceAttributes(Map.of("service.name", "shop"));
    span.setEvents(List.of(new SpanEvent(7L, "exception", Map.of())));
    span.setLinks(List.of());
    return span;
  }
}
