package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The generated telemetry holds what the oracle is meant to be asked about. */
class OracleTest {
  private static final List<Telemetry> EVENTS = TelemetryGenerator.generate(800, 7);
  private static final Oracle ORACLE = Oracle.of(EVENTS);

  @Test
  void everyWarningIsRaised() {
    assertThat(values("traces", "flags"))
        .contains(
            "clock_skew",
            "context_evicted",
            "context_pressure",
            "context_truncated",
            "error",
            "implausible_time",
            "instruction_lost",
            "low_confidence",
            "parent_missing",
            "root_missing",
            "tool_loop");
  }

  @Test
  void everyWayOfJoiningFeedbackOccurs() {
    Set<String> matches = values("feedback", "match");
    ORACLE.unjoinedFeedback().values().forEach(row -> matches.add(text(row, "match")));
    assertThat(matches).containsExactly("NONE", "RESPONSE_ID", "SESSION", "TOOL_CALL_ID", "TRACE");
    Set<String> reasons = new TreeSet<>();
    ORACLE.unjoinedFeedback().values().forEach(row -> reasons.add(text(row, "reason")));
    assertThat(reasons).containsExactly("", "ambiguous", "trace_never_came");
  }

  @Test
  void decisionsOfManyKindsEndInEveryWay() {
    assertThat(values("decisions", "status")).containsExactly("error", "ok", "unset");
    assertThat(values("traces", "status")).containsExactly("error", "ok", "unset");
    assertThat(values("decisions", "kind"))
        .contains("BRANCH", "MEMORY", "MODEL_CALL", "PLAN", "REASONING", "RESPONSE", "TOOL_CALL");
    assertThat(values("decisions", "suspect_decision_id")).hasSizeGreaterThan(10);
    assertThat(values("traces", "suspect_decision_id")).hasSizeGreaterThan(10);
    assertThat(values("decisions", "actual_outcome")).hasSizeGreaterThan(5);
    assertThat(values("decisions", "outcome_matched")).containsExactly("NULL", "false", "true");
  }

  @Test
  void modelCallsTakeTokensOfEveryKindAndCostMoney() {
    for (String column :
        List.of(
            "total_tokens",
            "fresh_input_tokens",
            "cache_read_tokens",
            "cache_write_tokens",
            "reasoning_tokens",
            "cost_nano_usd")) {
      assertThat(values("decisions", column)).as(column).contains("NULL").hasSizeGreaterThan(50);
      assertThat(values("traces", column)).as(column).contains("NULL").hasSizeGreaterThan(20);
    }
    assertThat(values("decisions", "context_limit")).contains("1000", "128000", "200000");
  }

  @Test
  void windowsGrowShrinkAndAreSummedUp() {
    for (String column : List.of("derived", "tokens_estimated", "compacted", "truncated")) {
      assertThat(values("context_snapshots", column)).as(column).containsExactly("false", "true");
    }
    assertThat(values("context_snapshots", "kept")).hasSizeGreaterThan(20);
    assertThat(values("context_snapshots", "evicted_segments")).contains("0", "1", "2", "3");
    assertThat(values("context_snapshots", "evicted_tokens")).contains("NULL", "0");
    assertThat(values("context_snapshots", "lost_instructions")).hasSizeGreaterThan(2);
    assertThat(values("context_snapshots", "memory_chunks")).hasSizeGreaterThan(10);
    assertThat(values("context_snapshots", "tokens_by_kind")).hasSizeGreaterThan(100);
  }

  @Test
  void manyEventsAreDuplicatesOrEditions() {
    long rows =
        ORACLE.rows("").entrySet().stream()
                .filter(table -> Set.of("spans", "context_snapshots").contains(table.getKey()))
                .mapToLong(table -> table.getValue().size())
                .sum()
            + EVENTS.stream().filter(Telemetry.Decision.class::isInstance).distinct().count();
    assertThat(EVENTS.size()).isGreaterThan((int) (rows * 1.1));
  }

  @Test
  void someFeedbackIsAboutSomethingElseThanAtFirst() {
    Map<String, Set<Telemetry.About>> abouts = new TreeMap<>();
    for (Telemetry event : EVENTS) {
      if (event instanceof Telemetry.Feedback feedback) {
        abouts.computeIfAbsent(feedback.id(), id -> new HashSet<>()).add(feedback.about());
      }
    }
    assertThat(abouts.values()).filteredOn(of -> of.size() > 1).hasSizeGreaterThan(10);
  }

  @Test
  void someToolCallsAreNamedByExplicitDecisionsOnly() {
    Set<String> onSpans = new TreeSet<>();
    Set<String> onDecisions = new TreeSet<>();
    for (Telemetry event : EVENTS) {
      if (event instanceof Telemetry.Span span && span.text("gen_ai.tool.call.id") != null) {
        onSpans.add(Objects.requireNonNull(span.text("gen_ai.tool.call.id")));
      } else if (event instanceof Telemetry.Decision decision && decision.toolCall() != null) {
        onDecisions.add(decision.toolCall());
      }
    }
    onDecisions.removeAll(onSpans);
    Set<String> judged = new TreeSet<>();
    for (Telemetry event : EVENTS) {
      if (event instanceof Telemetry.Feedback feedback && feedback.about().toolCall() != null) {
        judged.add(feedback.about().toolCall());
      }
    }
    assertThat(judged).containsAnyElementsOf(onDecisions);
  }

  @Test
  void theOrderOfArrivalMeansNothingToTheOracle() {
    List<Telemetry> reversed = new ArrayList<>(EVENTS);
    Collections.reverse(reversed);
    assertThat(Oracle.of(reversed).rows("")).isEqualTo(ORACLE.rows(""));
  }

  private static String text(Map<String, Object> row, String column) {
    return Objects.requireNonNull(row.get(column)).toString();
  }

  private static Set<String> values(String table, String column) {
    Set<String> values = new TreeSet<>();
    for (Map<String, Object> row : Objects.requireNonNull(ORACLE.rows("").get(table)).values()) {
      Object value = Objects.requireNonNull(row.get(column));
      if (value instanceof List<?> list) {
        list.forEach(element -> values.add(element.toString()));
      } else {
        values.add(value.toString());
      }
    }
    return values;
  }
}
