package dev.recount.web.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Which traces are meant by what is in their steps. Steps are many, and their texts are long: they
 * are read only when something of them is asked for.
 */
final class StepFilter {
  private static final List<String> TEXTS =
      List.of(
          "name",
          "chosen",
          "rationale",
          "tool_arguments",
          "tool_result",
          "actual_outcome",
          "error_message");

  private final OptionalLong from;
  private final boolean searched;
  private final List<String> failedTools;
  private final OptionalDouble leastConfidence;
  private final OptionalDouble belowConfidence;

  /**
   * @param from the earliest start of the traces
   * @param search what texts are looked through for
   */
  StepFilter(Parameters parameters, OptionalLong from, Optional<String> search) {
    this.from = from;
    this.searched = search.isPresent();
    this.failedTools = parameters.texts("failed_tool");
    this.leastConfidence = parameters.share("min_confidence");
    this.belowConfidence = parameters.share("below_confidence");
  }

  /** What has to hold of a trace. */
  List<String> conditions(Sql sql) {
    List<String> conditions = new ArrayList<>();
    if (!failedTools.isEmpty()) {
      conditions.add(
          some(
              sql,
              "kind = 'TOOL_CALL' AND status = 'error' AND "
                  + sql.named("tool_name", failedTools)));
    }
    if (leastConfidence.isPresent() || belowConfidence.isPresent()) {
      List<String> sure = new ArrayList<>(List.of("confidence BETWEEN 0 AND 1"));
      leastConfidence.ifPresent(least -> sure.add("confidence >= " + sql.decimal(least)));
      belowConfidence.ifPresent(below -> sure.add("confidence < " + sql.decimal(below)));
      conditions.add(some(sql, String.join(" AND ", sure)));
    }
    return conditions;
  }

  /** That the text is in some step, where steps are to be looked through. */
  Optional<String> search(Sql sql, String bound) {
    if (!searched) {
      return Optional.empty();
    }
    List<String> places =
        TEXTS.stream().map(column -> TraceFilter.contains(column, bound)).toList();
    return Optional.of(some(sql, "(" + String.join(" OR ", places) + ")"));
  }

  private String some(Sql sql, String condition) {
    List<String> conditions = new ArrayList<>();
    // No step starts before its trace.
    from.ifPresent(time -> conditions.add("started_at >= " + sql.time(time)));
    conditions.add(condition);
    return "trace_id IN (SELECT trace_id FROM decisions_latest" + Sql.where(conditions) + ")";
  }
}
