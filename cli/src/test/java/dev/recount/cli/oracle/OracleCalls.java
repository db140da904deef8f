package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.Decision;
import dev.recount.cli.oracle.Telemetry.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tool calls of a trace, each once however many spans tell of it. */
final class OracleCalls {
  /** A tool call: the span that carried it out, and further ones that tell of it. */
  static final class Call {
    final Span span;
    final List<Span> spans = new ArrayList<>();

    Call(Span span) {
      this.span = span;
      spans.add(span);
    }

    /** What the first of its spans says that says it. */
    @Nullable String first(Function<Span, @Nullable String> fact) {
      for (Span told : spans) {
        String value = fact.apply(told);
        if (value != null) {
          return value;
        }
      }
      return null;
    }

    @Nullable String id() {
      return first(OracleSpans::callId);
    }

    @Nullable String tool() {
      return first(OracleSpans::tool);
    }

    @Nullable String arguments() {
      return first(OracleSpans::arguments);
    }

    /** By its span where nobody knows an ID, else by what it is and which one of its like. */
    String identity(String trace, Map<String, Integer> occurrences) {
      String id = id();
      if (id == null) {
        return OracleRows.identifier(trace, "span", span.id());
      }
      String call =
          OracleRows.identifier(
              trace, "tool-call", id, OracleRows.text(tool()), OracleRows.text(arguments()));
      return OracleRows.identifier(
          call, Integer.toString(occurrences.merge(call, 1, Integer::sum)));
    }
  }

  /** In order of start. */
  final List<Call> all = new ArrayList<>();

  private final OracleSpans trace;

  OracleCalls(OracleSpans trace) {
    this.trace = trace;
    for (Span span : trace.spans) {
      if ("TOOL_CALL".equals(trace.decisionKind(span))) {
        Call same = toldAlready(span);
        if (same != null) {
          same.spans.add(span);
        } else {
          all.add(new Call(span));
        }
      }
    }
    for (Span span : trace.spans) {
      if (trace.enclosingTellingOfTheSame(span) != null) {
        Call same = of(span);
        if (same != null) {
          same.spans.add(span);
        }
      }
    }
    all.sort(
        Comparator.<Call>comparingLong(call -> call.span.start())
            .thenComparing(call -> call.span.id()));
  }

  /** The last call that the span may tell of, by all that it says, if the two overlap. */
  private @Nullable Call toldAlready(Span span) {
    if (OracleSpans.callId(span) == null
        && (OracleSpans.tool(span) == null || OracleSpans.arguments(span) == null)) {
      return null;
    }
    Call last = null;
    for (Call call : all) {
      if (says(OracleSpans.callId(span), OracleSpans.callId(call.span))
          && says(OracleSpans.tool(span), OracleSpans.tool(call.span))
          && says(OracleSpans.arguments(span), OracleSpans.arguments(call.span))) {
        last = call;
      }
    }
    boolean overlaps =
        last != null
            && span.start() < OracleSpans.end(last.span)
            && last.span.start() < OracleSpans.end(span);
    return overlaps ? last : null;
  }

  private static boolean says(@Nullable String said, @Nullable String known) {
    return said == null || said.equals(known);
  }

  /** The call that a span tells of; null for a span of another kind. */
  @Nullable Call of(Span span) {
    for (Span told = span; told != null; told = trace.enclosingTellingOfTheSame(told)) {
      for (Call call : all) {
        if (call.spans.contains(told)) {
          return call;
        }
      }
    }
    return null;
  }

  /**
   * The call that a decision names by its ID: the first that starts after it was made, of those
   * with the tool and the arguments that it names.
   */
  @Nullable Call named(Decision event) {
    List<Call> candidates =
        all.stream()
            .filter(call -> event.toolCall() != null && event.toolCall().equals(call.id()))
            .filter(call -> agree(event.tool(), call.tool()))
            .filter(call -> agree(OracleSpans.canonical(event.toolArguments()), call.arguments()))
            .toList();
    return candidates.stream()
        .filter(call -> call.span.start() >= event.at() * 1_000_000)
        .findFirst()
        .orElse(candidates.isEmpty() ? null : candidates.get(candidates.size() - 1));
  }

  private static boolean agree(@Nullable String one, @Nullable String other) {
    return one == null || other == null || one.equals(other);
  }
}
