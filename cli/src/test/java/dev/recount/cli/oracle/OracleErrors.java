package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.Span;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An error counts once. Of a span that has what only a step that went well has, an error status is
 * believed only if it tells of an error that nobody before it has told of: some libraries mark
 * whatever ends after a failure.
 */
final class OracleErrors {
  private OracleErrors() {}

  static boolean claimed(Span span) {
    return span.status().equals("ERROR") || explained(span);
  }

  private static boolean explained(Span span) {
    return span.text("error.type") != null || span.exceptionType() != null;
  }

  static @Nullable String type(Span span) {
    return span.text("error.type") != null ? span.text("error.type") : span.exceptionType();
  }

  /** The exception's word, which is the error's own, else the status's. */
  static @Nullable String message(Span span) {
    return span.exceptionMessage() != null ? span.exceptionMessage() : span.statusMessage();
  }

  /** IDs of the spans that failed themselves. */
  static Set<String> failed(OracleSpans trace) {
    List<Span> claiming =
        trace.spans.stream()
            .filter(OracleErrors::claimed)
            .sorted(Comparator.comparingLong(OracleSpans::end))
            .toList();
    Set<String> failed = new HashSet<>();
    for (int i = 0; i < claiming.size(); i++) {
      Span span = claiming.get(i);
      boolean echo = false;
      if (span.status().equals("ERROR") && answered(span)) {
        String message = message(span);
        for (Span before : claiming.subList(0, i)) {
          echo |=
              message != null
                  ? message.equals(message(before))
                  : !explained(span) && (message(before) != null || explained(before));
        }
      }
      if (!echo && !surroundsTheSame(span, claiming, trace)) {
        failed.add(span.id());
      }
    }
    return failed;
  }

  /** Whether a step within it failed, and the span has no more to say of it than that step. */
  private static boolean surroundsTheSame(Span span, List<Span> claiming, OracleSpans trace) {
    for (Span inner : claiming) {
      if (span.status().equals("ERROR")
          && trace.decisionKind(inner) != null
          && trace.isWithin(inner, span)) {
        String own = message(span);
        String said = message(inner);
        if (own == null ? !explained(span) : said != null && own.contains(said)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean answered(Span span) {
    if ("MODEL_CALL".equals(OracleSpans.kind(span))) {
      Long written = span.number("gen_ai.usage.output_tokens");
      return written != null && written > 0;
    }
    return "TOOL_CALL".equals(OracleSpans.kind(span))
        && span.text("gen_ai.tool.call.result") != null;
  }
}
