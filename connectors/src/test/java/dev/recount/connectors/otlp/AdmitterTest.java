package dev.recount.connectors.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmitterTest {
  @Test
  void aSmallRequestIsPassedOnAsItIs() {
    ExportTraceServiceRequest request = Requests.traces(3, 100);
    byte[] bytes = request.toByteArray();
    Admission admission = Admitter.admit(Signal.TRACES, request, bytes);
    assertThat(admission.records()).hasSize(1).first().isSameAs(bytes);
    assertThat(admission.accepted()).isEqualTo(3);
  }

  @Test
  void aLargeRequestIsCutAndNothingIsLostOrReordered() throws Exception {
    ExportTraceServiceRequest request =
        ExportTraceServiceRequest.newBuilder()
            .mergeFrom(Requests.traces(100, 30_000))
            .mergeFrom(Requests.traces(100, 30_000))
            .build();

    Admission admission = Admitter.admit(Signal.TRACES, request, request.toByteArray());

    assertThat(admission.records()).hasSizeBetween(7, 8);
    assertThat(admission.accepted()).isEqualTo(200);
    List<Span> spans = new ArrayList<>();
    for (byte[] record : admission.records()) {
      assertThat(record.length).isLessThan(Admitter.TARGET_BYTES + 1000);
      for (ResourceSpans resource : parse(record).getResourceSpansList()) {
        assertThat(resource.getResource()).isEqualTo(Requests.resource("test"));
        assertThat(resource.getSchemaUrl()).isEqualTo("https://example.com/resource");
        for (ScopeSpans scope : resource.getScopeSpansList()) {
          assertThat(scope.getScope().getName()).isEqualTo("scope");
          assertThat(scope.getSchemaUrl()).isEqualTo("https://example.com/scope");
          spans.addAll(scope.getSpansList());
        }
      }
    }
    List<Span> sent =
        new ArrayList<>(
            Requests.traces(100, 30_000).getResourceSpans(0).getScopeSpans(0).getSpansList());
    sent.addAll(List.copyOf(sent));
    assertThat(spans).isEqualTo(sent);
  }

  @Test
  void aLargeSpanTravelsAlone() throws Exception {
    ExportTraceServiceRequest request =
        Requests.traces(
            List.of(Requests.span(1, 10), Requests.span(2, 5_000_000), Requests.span(3, 10)));
    Admission admission = Admitter.admit(Signal.TRACES, request, null);
    assertThat(admission.records()).hasSize(3);
    assertThat(admission.rejected()).isZero();
    assertThat(parse(admission.records().get(1)).getResourceSpans(0).getScopeSpans(0).getSpans(0))
        .isEqualTo(Requests.span(2, 5_000_000));
  }

  @Test
  void aSpanThatNoRecordCanHoldIsRefusedWithItsSizeAndTheLimit() {
    ExportTraceServiceRequest request =
        Requests.traces(List.of(Requests.span(1, 10), Requests.span(2, 17_000_000)));
    Admission admission = Admitter.admit(Signal.TRACES, request, null);
    assertThat(admission.accepted()).isEqualTo(1);
    assertThat(admission.rejected()).isEqualTo(1);
    assertThat(admission.message())
        .contains("17000")
        .endsWith("over the limit of " + Admitter.MAXIMUM_BYTES);
  }

  @Test
  void aHugeResourceIsNotRepeatedInEveryRecord() {
    ResourceSpans spans =
        Requests.traces(100, 30_000).getResourceSpans(0).toBuilder()
            .setResource(
                Resource.newBuilder()
                    .addAttributes(Requests.attribute("huge", "x".repeat(2_000_000))))
            .build();
    Admission admission =
        Admitter.admit(
            Signal.TRACES,
            ExportTraceServiceRequest.newBuilder().addResourceSpans(spans).build(),
            null);
    assertThat(admission.rejected()).isEqualTo(100);
    assertThat(admission.records()).isEmpty();
    assertThat(admission.message()).contains("its resource and scope have 20000");
  }

  private static ExportTraceServiceRequest parse(byte[] record)
      throws InvalidProtocolBufferException {
    return ExportTraceServiceRequest.parseFrom(record);
  }
}
