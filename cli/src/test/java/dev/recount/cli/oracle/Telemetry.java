package dev.recount.cli.oracle;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What agents send, as plain values: neither protobuf, nor Avro, nor a class of the pipeline. */
public sealed interface Telemetry {
  /** A span; times in nanoseconds since the Unix epoch, 0 for an end that is not known. */
  record Span(
      String trace,
      String id,
      @Nullable String parent,
      String name,
      Resource resource,
      long start,
      long end,
      String status,
      @Nullable String statusMessage,
      @Nullable String exceptionType,
      @Nullable String exceptionMessage,
      Map<String, Object> attributes)
      implements Telemetry {
    @Nullable String text(String attribute) {
      Object value = attributes.get(attribute);
      return value == null ? null : value.toString();
    }

    @Nullable Long number(String attribute) {
      return attributes.get(attribute) instanceof Long number ? number : null;
    }

    /** The same span, where what its log record tells stands on itself. */
    Span telling(Log log) {
      Map<String, Object> told = new TreeMap<>(log.attributes());
      told.putAll(attributes);
      return copy(start, end, told);
    }

    Span with(long newStart, long newEnd) {
      return copy(newStart, newEnd, attributes);
    }

    private Span copy(long newStart, long newEnd, Map<String, Object> newAttributes) {
      return new Span(
          trace,
          id,
          parent,
          name,
          resource,
          newStart,
          newEnd,
          status,
          statusMessage,
          exceptionType,
          exceptionMessage,
          newAttributes);
    }
  }

  /**
   * A log record that tells what was said in a span: OpenTelemetry's {@code
   * gen_ai.client.inference.operation.details}, at nanoseconds since the Unix epoch.
   */
  record Log(String trace, String span, long at, Map<String, Object> attributes)
      implements Telemetry {}

  /** Which program sent a span, and with which library. */
  record Resource(
      String service,
      @Nullable String environment,
      @Nullable String release,
      String scope,
      String scopeVersion) {}

  /** A context snapshot; captured at milliseconds since the Unix epoch. */
  record Snapshot(
      String trace,
      String id,
      @Nullable String span,
      long at,
      String boundary,
      @Nullable Long tokens,
      @Nullable Long limit,
      List<Segment> segments,
      @Nullable String agent)
      implements Telemetry {
    Snapshot at(long newAt) {
      return new Snapshot(trace, id, span, newAt, boundary, tokens, limit, segments, agent);
    }
  }

  /** A part of a context window. */
  record Segment(
      String kind,
      @Nullable String source,
      @Nullable Long tokens,
      @Nullable Long originalTokens,
      boolean truncated,
      @Nullable String content) {}

  /** An explicit decision; occurred at milliseconds since the Unix epoch. */
  record Decision(
      String trace,
      String id,
      @Nullable String span,
      long at,
      String kind,
      @Nullable String name,
      @Nullable String chosen,
      List<Option> considered,
      @Nullable String rationale,
      @Nullable Double confidence,
      List<String> constraints,
      @Nullable String expectedOutcome,
      @Nullable String toolCall,
      @Nullable String tool,
      @Nullable String toolArguments,
      @Nullable String snapshot,
      @Nullable String promptVersion)
      implements Telemetry {
    Decision as(long newAt, @Nullable String newRationale) {
      return new Decision(
          trace,
          id,
          span,
          newAt,
          kind,
          name,
          chosen,
          considered,
          newRationale,
          confidence,
          constraints,
          expectedOutcome,
          toolCall,
          tool,
          toolArguments,
          snapshot,
          promptVersion);
    }
  }

  /** An option that was considered. */
  record Option(String name, @Nullable Double score, @Nullable String rejectedBecause) {}

  /** A judgement; occurred at milliseconds since the Unix epoch. */
  record Feedback(
      String id,
      String kind,
      @Nullable String source,
      @Nullable String name,
      @Nullable Double score,
      @Nullable String label,
      @Nullable Boolean passed,
      @Nullable String comment,
      long at,
      About about)
      implements Telemetry {
    Feedback as(long newAt, @Nullable Double newScore, @Nullable String newLabel, About newAbout) {
      return new Feedback(
          id, kind, source, name, newScore, newLabel, passed, comment, newAt, newAbout);
    }
  }

  /** What a judgement is about. */
  record About(
      @Nullable String trace,
      @Nullable String response,
      @Nullable String toolCall,
      @Nullable String session,
      @Nullable String span,
      @Nullable String decision,
      @Nullable String snapshot) {}
}
