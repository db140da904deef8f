package dev.recount.schemas.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpEncodingTest {
  private static final String JSON =
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"a\"}]}]}]}";

  private static TracesData read(OtlpEncoding encoding, byte[] record)
      throws MalformedOtlpException {
    TracesData.Builder target = TracesData.newBuilder();
    encoding.read(record, target);
    return target.build();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n", "\r\n\t "})
  void jsonIsKnownByItsBrace(String before) throws Exception {
    TracesData traces = read(OtlpEncoding.AUTO, bytes(before + JSON + "\n"));
    assertThat(traces.getResourceSpans(0).getScopeSpans(0).getSpans(0).getName()).isEqualTo("a");
  }

  /** A request whose first resource takes up 123 bytes begins with a line feed and a brace. */
  @Test
  void protobufThatBeginsLikeJsonIsProtobuf() throws Exception {
    List<byte[]> beginLikeJson = new ArrayList<>();
    for (int length = 0; length < 300; length++) {
      byte[] record = request("x".repeat(length)).toByteArray();
      if (record[0] == '\n' && record[1] == '{') {
        beginLikeJson.add(record);
      }
      assertThat(read(OtlpEncoding.AUTO, record)).isEqualTo(TracesData.parseFrom(record));
    }
    assertThat(beginLikeJson).hasSize(1);
  }

  private static TracesData request(String name) {
    Span span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(new byte[16]))
            .setSpanId(ByteString.copyFrom(new byte[8]))
            .setName(name)
            .build();
    return TracesData.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(Resource.getDefaultInstance())
                .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
        .build();
  }

  @Test
  void aForcedEncodingTakesNoOther() throws Exception {
    byte[] protobuf = request("a").toByteArray();
    assertThat(read(OtlpEncoding.PROTOBUF, protobuf)).isEqualTo(request("a"));
    assertThatThrownBy(() -> read(OtlpEncoding.PROTOBUF, bytes(JSON)))
        .isInstanceOf(MalformedOtlpException.class);
    assertThatThrownBy(() -> read(OtlpEncoding.JSON, protobuf))
        .isInstanceOf(MalformedOtlpException.class);
  }

  @Test
  void jsonThatIsBrokenIsToldSo() {
    assertThatThrownBy(() -> read(OtlpEncoding.AUTO, bytes("{\"resourceSpans\":[")))
        .isInstanceOf(MalformedOtlpException.class)
        .hasMessageContaining("JSON");
  }

  /** A request whose texts of {@code ~~} are no UTF-8. */
  private static byte[] broken(byte[] record) {
    byte[] broken = record.clone();
    for (int i = 0; i + 1 < broken.length; i++) {
      if (broken[i] == '~' && broken[i + 1] == '~') {
        broken[i] = (byte) 0xC3;
        broken[i + 1] = '(';
      }
    }
    return broken;
  }

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  @ParameterizedTest
  @EnumSource(
      value = OtlpEncoding.class,
      names = {"AUTO", "PROTOBUF"})
  void aBrokenTextCostsNoSpan(OtlpEncoding encoding) throws Exception {
    TracesData sent =
        request("a~~").toBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .addSpans(
                                Span.newBuilder()
                                    .setName("whole")
                                    .setStartTimeUnixNano(-1)
                                    .addAttributes(
                                        KeyValue.newBuilder()
                                            .setKey("list")
                                            .setValue(
                                                AnyValue.newBuilder()
                                                    .setArrayValue(
                                                        ArrayValue.newBuilder()
                                                            .addValues(text("b~~"))
                                                            .addValues(
                                                                AnyValue.newBuilder()
                                                                    .setDoubleValue(1.5))))))))
            .build();
    TracesData read = read(encoding, broken(sent.toByteArray()));
    String expected = sent.toString().replace("~~", "\\357\\277\\275(");
    assertThat(read.toString()).isEqualTo(expected);
  }

  @Test
  void aBrokenTextInJsonCostsNoSpan() throws Exception {
    TracesData read = read(OtlpEncoding.AUTO, broken(bytes(JSON.replace("\"a\"", "\"a~~\""))));
    assertThat(read.getResourceSpans(0).getScopeSpans(0).getSpans(0).getName())
        .isEqualTo("a\uFFFD(");
  }

  @Test
  void whatIsBrokenInAnotherWayIsRefusedAsBefore() {
    byte[] torn = Arrays.copyOf(broken(request("a~~".repeat(50)).toByteArray()), 100);
    assertThatThrownBy(() -> read(OtlpEncoding.PROTOBUF, torn))
        .isInstanceOf(MalformedOtlpException.class);
    AnyValue nested = text("~~");
    for (int depth = 0; depth < 400; depth++) {
      nested =
          AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(nested)).build();
    }
    Resource deep =
        Resource.newBuilder()
            .addAttributes(KeyValue.newBuilder().setKey("k").setValue(nested))
            .build();
    byte[] record =
        broken(
            TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().setResource(deep))
                .build()
                .toByteArray());
    assertThatThrownBy(() -> read(OtlpEncoding.PROTOBUF, record))
        .isInstanceOf(MalformedOtlpException.class);
    Random random = new Random(7);
    for (int i = 0; i < 5_000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertThatCode(() -> BrokenText.repairProtobuf(noise, TracesData.getDescriptor()))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void whatWouldFillTheMemoryIsRefusedBeforeItIsRead() {
    // 16 MiB of empty spans would be over a gigabyte of objects.
    ByteString spans = ByteString.copyFrom(new byte[] {0x12, 0});
    for (int doubled = 1; doubled < 1 << 22; doubled *= 2) {
      spans = spans.concat(spans);
    }
    byte[] scope = delimited(2, spans.toByteArray());
    byte[] record = delimited(1, scope);
    assertThat(record.length).isGreaterThan(8 << 20);
    for (OtlpEncoding encoding : List.of(OtlpEncoding.PROTOBUF, OtlpEncoding.AUTO)) {
      assertThatThrownBy(() -> read(encoding, record))
          .isInstanceOf(MalformedOtlpException.class)
          .hasMessageContaining("in memory");
    }
    String json =
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + "{},".repeat(4 << 20) + "{}]}]}]}";
    assertThatThrownBy(() -> read(OtlpEncoding.JSON, bytes(json)))
        .isInstanceOf(MalformedOtlpException.class)
        .hasMessageContaining("in memory");
  }

  @Test
  void aLargeRequestOfUsualSpansIsRead() throws Exception {
    Span.Builder span = request("a").getResourceSpans(0).getScopeSpans(0).getSpans(0).toBuilder();
    for (int i = 0; i < 20; i++) {
      span.addAttributes(KeyValue.newBuilder().setKey("gen_ai.key." + i).setValue(text("value")));
    }
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < 8_192; i++) {
      scope.addSpans(span);
    }
    TracesData traces =
        TracesData.newBuilder()
            .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
            .build();
    assertThat(traces.getSerializedSize()).isGreaterThan(4 << 20);
    assertThat(read(OtlpEncoding.AUTO, traces.toByteArray())).isEqualTo(traces);
  }

  private static byte[] delimited(int field, byte[] content) {
    return UnknownFieldSet.newBuilder()
        .addField(
            field,
            UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFrom(content))
                .build())
        .build()
        .toByteArray();
  }
}
