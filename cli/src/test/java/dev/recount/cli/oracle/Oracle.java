package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.Decision;
import dev.recount.cli.oracle.Telemetry.Feedback;
import dev.recount.cli.oracle.Telemetry.Log;
import dev.recount.cli.oracle.Telemetry.Snapshot;
import dev.recount.cli.oracle.Telemetry.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Computes the rows of the derived tables from the complete set of events: without streaming,
 * without state, and without any class of the topology. Plain rather than fast.
 */
public final class Oracle {
  /** The events of one trace, one of each identity. */
  static final class Contents {
    final Map<String, Span> spans = new TreeMap<>();

    /** By the span that they tell of. */
    final Map<String, Log> logs = new TreeMap<>();

    final Map<String, Snapshot> snapshots = new TreeMap<>();
    final Map<String, Decision> decisions = new TreeMap<>();
    final List<Joined> feedback = new ArrayList<>();

    boolean isTrace() {
      return !spans.isEmpty() || !snapshots.isEmpty() || !decisions.isEmpty();
    }
  }

  /** Feedback and how it was joined to its trace. */
  record Joined(Feedback feedback, String match) {}

  private final Map<String, Contents> traces = new TreeMap<>();
  private final Map<String, Map<String, Object>> unjoined = new TreeMap<>();

  private Oracle() {}

  /** Takes in all events, duplicates and superseded editions included, in any order. */
  public static Oracle of(Collection<? extends Telemetry> events) {
    Oracle oracle = new Oracle();
    Map<String, Set<String>> tracesOfResponse = new HashMap<>();
    Map<String, Set<String>> tracesOfToolCall = new HashMap<>();
    Map<String, Feedback> judgements = new TreeMap<>();
    for (Telemetry event : events) {
      if (event instanceof Span span) {
        keepLater(oracle.contents(span.trace()).spans, span.id(), span, Span::end);
        note(tracesOfResponse, span.text("gen_ai.response.id"), span.trace());
        note(tracesOfToolCall, span.text("gen_ai.tool.call.id"), span.trace());
      } else if (event instanceof Log log) {
        keepLater(oracle.contents(log.trace()).logs, log.span(), log, Log::at);
      } else if (event instanceof Snapshot snapshot) {
        keepLater(
            oracle.contents(snapshot.trace()).snapshots, snapshot.id(), snapshot, Snapshot::at);
      } else if (event instanceof Decision decision) {
        keepLater(
            oracle.contents(decision.trace()).decisions, decision.id(), decision, Decision::at);
        note(tracesOfToolCall, decision.toolCall(), decision.trace());
      } else if (event instanceof Feedback feedback) {
        keepLater(judgements, feedback.id(), feedback, Feedback::at);
      }
    }
    for (Feedback feedback : judgements.values()) {
      oracle.join(feedback, tracesOfResponse, tracesOfToolCall);
    }
    return oracle;
  }

  private Contents contents(String trace) {
    return traces.computeIfAbsent(trace, id -> new Contents());
  }

  private static <T> void keepLater(
      Map<String, T> known, String id, T event, ToLongFunction<T> at) {
    T before = known.get(id);
    if (before == null || at.applyAsLong(event) > at.applyAsLong(before)) {
      known.put(id, event);
    } else if (at.applyAsLong(event) == at.applyAsLong(before) && !event.equals(before)) {
      throw new IllegalArgumentException("A tie that only hashes break: " + event + ", " + before);
    }
  }

  private static void note(
      Map<String, Set<String>> tracesOf, @Nullable String alias, String trace) {
    if (alias != null) {
      tracesOf.computeIfAbsent(alias, id -> new TreeSet<>()).add(trace);
    }
  }

  private void join(
      Feedback feedback,
      Map<String, Set<String>> tracesOfResponse,
      Map<String, Set<String>> tracesOfToolCall) {
    Telemetry.About about = feedback.about();
    if (about.trace() != null) {
      Contents named = traces.get(about.trace());
      if (named != null && named.isTrace()) {
        named.feedback.add(new Joined(feedback, "TRACE"));
      } else {
        leaveUnjoined(feedback, "NONE", "trace_never_came");
      }
    } else if (about.response() != null) {
      joinByAlias(
          feedback, "RESPONSE_ID", tracesOfResponse.getOrDefault(about.response(), Set.of()));
    } else if (about.toolCall() != null) {
      joinByAlias(
          feedback, "TOOL_CALL_ID", tracesOfToolCall.getOrDefault(about.toolCall(), Set.of()));
    } else {
      leaveUnjoined(feedback, "SESSION", "");
    }
  }

  private void joinByAlias(Feedback feedback, String match, Set<String> named) {
    if (named.isEmpty()) {
      leaveUnjoined(feedback, "NONE", "trace_never_came");
    } else if (named.size() > 1) {
      leaveUnjoined(feedback, "NONE", "ambiguous");
    } else {
      contents(named.iterator().next()).feedback.add(new Joined(feedback, match));
    }
  }

  private void leaveUnjoined(Feedback feedback, String match, String reason) {
    Map<String, Object> row = OracleRows.ofFeedback(feedback, match, reason);
    row.put("trace_id", "");
    row.put("decision_id", "");
    row.put("lag_ms", OracleRows.NULL);
    OracleRows.putVersions(row, Map.of());
    unjoined.put(feedback.id(), row);
  }

  /** The events of each trace, one of each identity, with the feedback that is joined to it. */
  Map<String, Contents> contents() {
    return traces;
  }

  /** IDs of the traces of which rows are expected. */
  Set<String> traceIds() {
    Set<String> ids = new TreeSet<>();
    traces.forEach(
        (id, contents) -> {
          if (contents.isTrace()) {
            ids.add(id);
          }
        });
    return ids;
  }

  /**
   * The rows of some traces: table, key, column, value.
   *
   * @param prefix how the trace IDs begin; with the empty one the rows of what belongs to no trace
   *     come too
   */
  Map<String, Map<String, Map<String, Object>>> rows(String prefix) {
    Map<String, Map<String, Map<String, Object>>> rows = new LinkedHashMap<>();
    OracleRows.TABLES.forEach(table -> rows.put(table, new TreeMap<>()));
    traces.forEach(
        (id, contents) -> {
          if (id.startsWith(prefix) && contents.isTrace()) {
            new TraceOracle(id, contents).addRows(rows);
          }
        });
    return rows;
  }

  /** The rows of feedback that is joined to no trace, by feedback ID. */
  Map<String, Map<String, Object>> unjoinedFeedback() {
    return unjoined;
  }
}
