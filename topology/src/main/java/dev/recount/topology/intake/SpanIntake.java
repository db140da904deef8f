package dev.recount.topology.intake;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.recount.avro.AliasKind;
import dev.recount.avro.Span;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.Hints;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanFacts;
import io.opentelemetry.proto.trace.v1.TracesData;
import org.jspecify.annotations.Nullable;

/** Takes in {@code otlp_spans}: several traces to a record, one entry of the log per span. */
public final class SpanIntake extends IntakeProcessor {
  private final boolean announceAliases;

  /**
   * @param announceAliases whether to log which response and tool call IDs occur in a trace
   */
  public SpanIntake(AvroCodec<TraceEvent> codec, boolean announceAliases) {
    super(codec);
    this.announceAliases = announceAliases;
  }

  @Override
  void accept(byte[] value) {
    TracesData traces;
    try {
      traces = TracesData.parseFrom(value);
    } catch (InvalidProtocolBufferException malformed) {
      throw new UndecodableException(
          "Not OTLP spans in protobuf (TracesData): " + malformed.getMessage(), malformed);
    }
    Refusals refusals = new Refusals();
    OtlpSpans.forEach(
        traces,
        span -> {
          try {
            append(span);
          } catch (UndecodableException tooLarge) {
            refusals.add("Span " + span.getSpanId() + ": " + tooLarge.getMessage());
          }
        },
        refusals::add);
    if (!refusals.isEmpty()) {
      deadLetter(refusals.toString());
    }
  }

  private void append(Span span) {
    SpanFacts facts = SpanFacts.of(span);
    int hints = 0;
    hints |= span.getParentSpanId() == null ? Hints.ROOT : 0;
    hints |= span.getEndTimeUnixNano() != 0 ? Hints.ENDED : 0;
    hints |= facts.failed(span) ? Hints.ERROR : 0;
    append(
        span.getTraceId(),
        TraceEventKind.SPAN,
        span.getSpanId(),
        span.getEndTimeUnixNano(),
        hints,
        span);
    if (announceAliases) {
      announce(AliasKind.RESPONSE_ID, facts.text(Fact.RESPONSE_ID), span);
      announce(AliasKind.TOOL_CALL_ID, facts.text(Fact.TOOL_CALL_ID), span);
    }
  }

  private void announce(AliasKind kind, @Nullable String value, Span span) {
    if (value != null) {
      announce(kind, value, span.getTraceId(), span.getSpanId());
    }
  }
}
