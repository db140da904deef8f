package dev.recount.schemas.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpJsonTest {
  private static final String SAMPLE =
      """
      {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":
        {"stringValue":"s"}}],"droppedAttributesCount":1},"unknown":{"deep":[1,{"a":null}]},
        "scopeSpans":[{"scope":{"name":"n"},"spans":[{
          "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
          "parentSpanId":"","name":"x","kind":2,"startTimeUnixNano":"1544712660000000000",
          "endTimeUnixNano":1544712661000000000,"status":{"code":2,"message":null},
          "attributes":[
            {"key":"i","value":{"intValue":"-5"}},{"key":"j","value":{"intValue":7}},
            {"key":"d","value":{"doubleValue":1.5}},{"key":"b","value":{"boolValue":true}},
            {"key":"n","value":{"doubleValue":"NaN"}},
            {"key":"y","value":{"bytesValue":"AQID"}},
            {"key":"a","value":{"arrayValue":{"values":[{"stringValue":"1"},{},null]}}},
            {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":1}}]}}}
          ]}]}]}]}""";

  private static Span span(String json) throws MalformedOtlpException {
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    OtlpJson.merge(json.getBytes(StandardCharsets.UTF_8), request);
    return request.getResourceSpans(0).getScopeSpans(0).getSpans(0);
  }

  private static String ofSpan(String fields) {
    return "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" + fields + "}]}]}]}";
  }

  @Test
  void everyKindOfFieldIsRead() throws Exception {
    Span span = span(SAMPLE);
    assertThat(span.getTraceId().byteAt(0)).isEqualTo((byte) 0x5b);
    assertThat(span.getSpanId().size()).isEqualTo(8);
    assertThat(span.getParentSpanId().isEmpty()).isTrue();
    assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(span.getStartTimeUnixNano()).isEqualTo(1544712660000000000L);
    assertThat(span.getEndTimeUnixNano()).isEqualTo(1544712661000000000L);
    assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    assertThat(span.getAttributesList())
        .extracting(attribute -> attribute.getValue().getValueCase())
        .containsExactly(
            AnyValue.ValueCase.INT_VALUE,
            AnyValue.ValueCase.INT_VALUE,
            AnyValue.ValueCase.DOUBLE_VALUE,
            AnyValue.ValueCase.BOOL_VALUE,
            AnyValue.ValueCase.DOUBLE_VALUE,
            AnyValue.ValueCase.BYTES_VALUE,
            AnyValue.ValueCase.ARRAY_VALUE,
            AnyValue.ValueCase.KVLIST_VALUE);
    assertThat(span.getAttributes(0).getValue().getIntValue()).isEqualTo(-5);
    assertThat(span.getAttributes(5).getValue().getBytesValue())
        .isEqualTo(ByteString.copyFrom(new byte[] {1, 2, 3}));
    assertThat(span.getAttributes(6).getValue().getArrayValue().getValuesCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "1e21,1e21",
    "12345678901234567890123,1.2345678901234568e22",
    "1e400,Infinity",
    "1.5,1.5"
  })
  void aNumberBeyondSixtyFourBitsCostsNoSpan(String sent, double read) throws Exception {
    for (String value : new String[] {sent, '"' + sent + '"'}) {
      TracesData.Builder traces = TracesData.newBuilder();
      OtlpJson.merge(
          ("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"k\",\"value\":{\"intValue\":"
                  + value
                  + "}}]}}]}")
              .getBytes(StandardCharsets.UTF_8),
          traces);
      assertThat(traces.getResourceSpans(0).getResource().getAttributes(0).getValue())
          .isEqualTo(AnyValue.newBuilder().setDoubleValue(read).build());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"kind\":\"SPAN_KIND_CLIENT\" | 3",
        "\"kind\":\"3\" | 3",
        "\"kind\":3.0 | 3",
        "\"kind\":99 | 99"
      })
  void enumerationsAreReadLeniently(String field, int number) throws Exception {
    assertThat(span(ofSpan(field)).getKindValue()).isEqualTo(number);
  }

  @Test
  void unsignedNumbersKeepTheirBits() throws Exception {
    Span span = span(ofSpan("\"startTimeUnixNano\":\"18446744073709551615\",\"flags\":4294967295"));
    assertThat(span.getStartTimeUnixNano()).isEqualTo(-1);
    assertThat(span.getFlags()).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"startTimeUnixNano\":\"soon\"",
        "\"startTimeUnixNano\":1.5",
        "\"startTimeUnixNano\":1e999999999",
        "\"startTimeUnixNano\":\"18446744073709551616\"",
        "\"flags\":4294967296",
        "\"kind\":\"SPAN_KIND_NONE\"",
        "\"name\":{}",
        "\"attributes\":{}",
        "\"attributes\":[{\"value\":{\"bytesValue\":\"?\"}}]",
        "\"attributes\":[{\"value\":{\"boolValue\":1}}]",
        "\"status\":[]"
      })
  void whatDoesNotFitIsNamedByItsPlace(String field) {
    assertThatThrownBy(() -> span(ofSpan(field)))
        .isInstanceOf(MalformedOtlpException.class)
        .hasMessageStartingWith("/resourceSpans/0/scopeSpans/0/spans/0/")
        .hasMessageContaining("expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"5b8efff798038103d269b633813fc60\"",
        "\"zz8efff798038103d269b633813fc60c\"",
        "\"AAAAAAAAAAAAAAAAAAAAAA==\"",
        "7",
        "{\"bytes\":[1]}"
      })
  void anIdThatIsNotHexadecimalIsEmptyAndWhatIsBesideItIsRead(String id) throws Exception {
    Span span = span(ofSpan("\"traceId\":" + id + ",\"name\":\"after it\""));
    assertThat(span.getTraceId().isEmpty()).isTrue();
    assertThat(span.getName()).isEqualTo("after it");
  }

  @Test
  void deepNestingIsRefusedAndWhatIsTakenCanBeReadByAnyone() throws Exception {
    assertThatThrownBy(() -> span(nested(200)))
        .isInstanceOf(MalformedOtlpException.class)
        .hasMessageContaining("deeper than");
    assertThatThrownBy(() -> span(ofSpan("\"x\":" + "[".repeat(2000))))
        .isInstanceOf(MalformedOtlpException.class);
    int taken = 0;
    for (int depth = 1; depth < 60; depth++) {
      ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
      try {
        OtlpJson.merge(nested(depth).getBytes(StandardCharsets.UTF_8), request);
      } catch (MalformedOtlpException tooDeep) {
        break;
      }
      assertThat(ExportTraceServiceRequest.parseFrom(request.build().toByteArray())).isNotNull();
      taken = depth;
    }
    assertThat(taken).isBetween(30, 50);
  }

  private static String nested(int depth) {
    return ofSpan(
        "\"attributes\":[{\"value\":"
            + "{\"arrayValue\":{\"values\":[".repeat(depth)
            + "{\"intValue\":1}"
            + "]}}".repeat(depth)
            + "}]");
  }

  @Property(tries = 2000)
  void randomBytesAreReadOrRefused(@ForAll @Size(max = 200) byte[] bytes) {
    readsOrRefuses(bytes);
  }

  @Property(tries = 3000)
  void aDamagedDocumentIsReadOrRefused(
      @ForAll @IntRange(max = 900) int position, @ForAll byte replacement, @ForAll boolean cut) {
    byte[] bytes = SAMPLE.getBytes(StandardCharsets.UTF_8);
    int at = position % bytes.length;
    bytes[at] = replacement;
    readsOrRefuses(cut ? Arrays.copyOf(bytes, at) : bytes);
  }

  private static void readsOrRefuses(byte[] bytes) {
    readsOrRefuses(bytes, TracesData.newBuilder());
    readsOrRefuses(bytes, LogsData.newBuilder());
  }

  private static void readsOrRefuses(byte[] bytes, Message.Builder target) {
    for (OtlpEncoding encoding : OtlpEncoding.values()) {
      Message.Builder read = target.clone();
      try {
        encoding.read(bytes, read);
        assertThat(read.build().getParserForType().parseFrom(read.build().toByteArray()))
            .isNotNull();
      } catch (MalformedOtlpException refused) {
        assertThat(refused).hasMessageMatching("(?s).+");
      } catch (InvalidProtocolBufferException unreadable) {
        throw new AssertionError("What was taken cannot be read again", unreadable);
      }
    }
  }
}
