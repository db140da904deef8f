package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** The same run, told in each convention, yields the same decisions. */
class TellingsTest {
  /** What every convention can say of a decision. */
  record Decision(
      DecisionKind kind,
      @Nullable String toolId,
      @Nullable String parent,
      @Nullable String toolName,
      @Nullable String toolCallId,
      @Nullable String arguments,
      @Nullable String result,
      @Nullable String chosen,
      List<String> considered,
      @Nullable String rationale,
      String status,
      @Nullable String error,
      @Nullable Long inputTokens,
      @Nullable Long freshTokens,
      @Nullable Long cacheReadTokens,
      @Nullable Long outputTokens,
      @Nullable Long totalTokens,
      @Nullable Long costNanoUsd,
      @Nullable String session,
      @Nullable String user,
      @Nullable String agent,
      @Nullable String agentVersion,
      @Nullable String model,
      @Nullable String promptVersion,
      @Nullable String toolSchema,
      @Nullable String release,
      int toolDepth,
      List<String> flags) {}

  @Provide
  Arbitrary<AgentRun> runs() {
    return AgentRun.runs();
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void everyTellingYieldsTheSameDecisions(@ForAll("runs") AgentRun run, @ForAll Random random) {
    Map<Teller, List<Decision>> told = new HashMap<>();
    for (Teller teller : Teller.values()) {
      told.put(teller, decisions(rows(teller.tell(run), random)));
    }
    for (Teller one : Teller.values()) {
      for (Teller other : Teller.values()) {
        assertThat(told.get(other)).as(other + " as " + one).isEqualTo(told.get(one));
      }
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void everyCallOfTheRunIsOneDecision(@ForAll("runs") AgentRun run, @ForAll Random random) {
    List<AgentRun.Call> calls = new ArrayList<>();
    run.turns().forEach(turn -> calls.addAll(turn.calls()));
    long tokens = run.turns().stream().mapToLong(AgentRun.Turn::inputTokens).sum();
    for (Teller teller : Teller.values()) {
      TraceRows rows = rows(teller.tell(run), random);
      assertThat(
              rows.decisions().stream()
                  .filter(row -> row.getKind() == DecisionKind.TOOL_CALL)
                  .map(DecisionRecord::getToolCallId))
          .as(teller.name())
          .containsExactlyElementsOf(calls.stream().map(AgentRun.Call::id).toList());
      assertThat(rows.decisions().stream().filter(row -> row.getKind() == DecisionKind.MODEL_CALL))
          .as(teller.name())
          .hasSize(run.turns().size());
      assertThat(rows.trace().getInputTokens()).as(teller.name()).isEqualTo(tokens);
      assertThat(rows.trace().getErrorCount())
          .as(teller.name())
          .isEqualTo(calls.stream().filter(AgentRun.Call::failed).count());
      assertThat(rows.decisions().stream().map(DecisionRecord::getDecisionId))
          .doesNotHaveDuplicates();
    }
  }

  private static TraceRows rows(Teller.Telling telling, Random random) {
    List<Span> spans = new ArrayList<>(telling.spans);
    Collections.shuffle(spans, random);
    Collections.shuffle(telling.logs, random);
    return TraceFold.fold(
        new TraceContents(
            Teller.TRACE, spans, 0, false, telling.logs, List.of(), List.of(), List.of()));
  }

  private static List<Decision> decisions(TraceRows rows) {
    // Names of steps and IDs of spans are the teller's own: a parent is known by its place.
    Map<String, String> places = new HashMap<>();
    for (DecisionRecord row : rows.decisions()) {
      places.put(row.getDecisionId(), row.getKind() + " " + places.size());
    }
    List<Decision> decisions = new ArrayList<>();
    for (DecisionRecord row : rows.decisions()) {
      boolean tool = row.getKind() == DecisionKind.TOOL_CALL;
      decisions.add(
          new Decision(
              row.getKind(),
              tool ? row.getDecisionId() : null,
              row.getParentId() == null
                  ? null
                  : Objects.requireNonNull(places.get(row.getParentId())),
              row.getToolName(),
              row.getToolCallId(),
              row.getToolArguments(),
              row.getToolResult(),
              row.getChosen(),
              row.getConsidered().stream().map(Alternative::getName).toList(),
              row.getRationale(),
              row.getStatus().name(),
              row.getErrorMessage(),
              row.getInputTokens(),
              row.getFreshInputTokens(),
              row.getCacheReadTokens(),
              row.getOutputTokens(),
              row.getTotalTokens(),
              row.getCostNanoUsd(),
              row.getSessionId(),
              row.getUserId(),
              row.getVersions().getAgentName(),
              row.getVersions().getAgentVersion(),
              row.getVersions().getModel(),
              row.getVersions().getPromptVersion(),
              row.getVersions().getToolSchemaVersion(),
              row.getVersions().getRelease(),
              row.getToolDepth(),
              row.getFlags()));
    }
    return decisions;
  }
}
