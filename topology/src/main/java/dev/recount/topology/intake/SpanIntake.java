package dev.recount.topology.intake;

import dev.recount.avro.Span;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.UndecodableException;
import dev.recount.schemas.otlp.MalformedOtlpException;
import dev.recount.schemas.otlp.OtlpEncoding;
import dev.recount.schemas.redaction.OtlpRedaction;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.Hints;
import dev.recount.topology.convention.Aliases;
import dev.recount.topology.convention.SpanFacts;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.evaluation.Evaluators;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.HashSet;
import java.util.Set;

/** Takes in {@code otlp_spans}: several traces to a record, one entry of the log per span. */
public final class SpanIntake extends IntakeProcessor {
  /** One record may become this much and no more, or it would not fit a transaction. */
  private static final long LARGEST_EXPANSION = 128L << 20;

  private final OtlpEncoding encoding;
  private final boolean redacting;
  private final OtlpRedaction redaction;
  private final SpanMapper mapper;
  private final Suspicions suspicions;
  private final boolean announceAliases;

  /** What has been announced out of the record that is being read. */
  private final Set<String> announced = new HashSet<>();

  /**
   * @param encoding how the records are encoded
   * @param redaction applied before anything else is done
   * @param mapper tells what spans say
   * @param evaluators asked whether a span calls for judging its trace at once
   * @param announceAliases whether to log which response and tool call IDs occur in a trace
   */
  public SpanIntake(
      AvroCodec<TraceEvent> codec,
      OtlpEncoding encoding,
      Redaction redaction,
      SpanMapper mapper,
      Evaluators evaluators,
      boolean announceAliases) {
    super(codec, redaction);
    this.encoding = encoding;
    this.redacting = redaction.isActive();
    this.redaction = new OtlpRedaction(redaction);
    this.mapper = mapper;
    this.suspicions = new Suspicions(evaluators);
    this.announceAliases = announceAliases;
  }

  @Override
  void accept(byte[] value) {
    TracesData.Builder read = TracesData.newBuilder();
    try {
      encoding.read(value, read);
    } catch (MalformedOtlpException malformed) {
      throw new UndecodableException("Not OTLP spans: " + malformed.getMessage(), malformed);
    }
    if (redacting) {
      for (int i = 0; i < read.getResourceSpansCount(); i++) {
        read.setResourceSpans(i, redaction.spans(read.getResourceSpans(i)));
      }
    }
    TracesData traces = read.build();
    isRead(traces::toByteArray);
    long inTheLog = OtlpSpans.bytesInTheLog(traces);
    if (inTheLog > LARGEST_EXPANSION) {
      throw new UndecodableException(
          "Its spans would take up about "
              + inTheLog
              + " bytes in the log, since each carries its resource; at most "
              + LARGEST_EXPANSION
              + " are taken from one record",
          null);
    }
    Refusals refusals = new Refusals();
    announced.clear();
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
    SpanFacts facts = mapper.read(span);
    int hints = 0;
    hints |= span.getParentSpanId() == null ? Hints.ROOT : 0;
    hints |= span.getEndTimeUnixNano() != 0 ? Hints.ENDED : 0;
    hints |= facts.failed(span) ? Hints.ERROR : 0;
    hints |= facts.decisionKind() != null ? Hints.DECISION : 0;
    hints |= suspicions.of(span, facts);
    append(
        span.getTraceId(),
        TraceEventKind.SPAN,
        span.getSpanId(),
        span.getEndTimeUnixNano(),
        hints,
        span);
    if (announceAliases) {
      Aliases.of(span, facts, alias -> announceOnce(alias, span));
    }
  }

  /** A call is told of by the model call that asked for it and by the span that carried it out. */
  private void announceOnce(Aliases.Alias alias, Span span) {
    if (announced.add(span.getTraceId() + alias.kind() + alias.value())) {
      announce(alias.kind(), alias.value(), span.getTraceId(), span.getSpanId());
    }
  }
}
