package dev.recount.topology.fold;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.SpanLogRecord;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A trace of which a single event is known, so that what it tells can be judged at the cost of that
 * event. Decisions have the same IDs as in the whole trace, unless one call occurs there several
 * times.
 */
public final class EventContents {
  private static final String OPERATION = "gen_ai.operation.name";
  private static final String CHAT = "chat";

  private EventContents() {}

  /** The span that an event is about, if it is another event; null for none. */
  public static @Nullable String spanOf(Object event) {
    if (event instanceof SpanLogRecord log) {
      return log.getSpanId();
    }
    return event instanceof ContextSnapshot snapshot ? snapshot.getSpanId() : null;
  }

  /**
   * Stands in for the span of a model call that has not ended yet: its messages and its context
   * window are told of before it is.
   *
   * @return null where the event does not say that it is a model call's
   */
  public static @Nullable Span standIn(Object event) {
    if (event instanceof SpanLogRecord log && log.getSpanId() != null) {
      Span span = modelCall(log.getTraceId(), log.getSpanId(), log.getTimeUnixNano());
      span.setServiceName(log.getServiceName());
      span.setResourceAttributes(log.getResourceAttributes());
      return span;
    }
    if (event instanceof ContextSnapshot snapshot
        && snapshot.getSpanId() != null
        && snapshot.getBoundary() == SnapshotBoundary.MODEL_CALL) {
      return modelCall(
          snapshot.getTraceId(), snapshot.getSpanId(), Times.nanoseconds(snapshot.getCapturedAt()));
    }
    return null;
  }

  private static Span modelCall(String traceId, String spanId, long time) {
    Span span =
        Span.newBuilder()
            .setTraceId(traceId)
            .setSpanId(spanId)
            .setName(CHAT)
            .setKind(SpanKind.CLIENT)
            .setStartTimeUnixNano(time)
            .setEndTimeUnixNano(time)
            .build();
    span.setAttributes(Map.of(OPERATION, CHAT));
    return span;
  }

  /**
   * The contents.
   *
   * @param event a span, a log record, a snapshot or an explicit decision
   * @param itsSpan span that it is about; null when it is not known
   */
  public static TraceContents of(String traceId, Object event, @Nullable Span itsSpan) {
    List<Span> spans = itsSpan == null ? List.of() : List.of(itsSpan);
    List<SpanLogRecord> logs = List.of();
    List<ContextSnapshot> snapshots = List.of();
    List<DecisionEvent> decisions = List.of();
    if (event instanceof Span span) {
      spans = List.of(span);
    } else if (event instanceof SpanLogRecord log) {
      logs = List.of(log);
    } else if (event instanceof ContextSnapshot snapshot) {
      snapshots = List.of(snapshot);
    } else if (event instanceof DecisionEvent decision) {
      decisions = List.of(decision);
    }
    return new TraceContents(traceId, spans, 0, false, logs, snapshots, decisions, List.of());
  }
}
