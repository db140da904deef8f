package dev.recount.topology.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.schemas.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluatorsTest {
  /** An evaluator that does as it is told. */
  private record Scripted(String id, Script script) implements Evaluator {
    private interface Script {
      List<Verdict> run(TraceView trace, Budget budget);
    }

    @Override
    public String version() {
      return "7";
    }

    @Override
    public Subject judges() {
      return Subject.TRACE;
    }

    @Override
    public List<Verdict> evaluate(TraceView trace, Budget budget) {
      return script.run(trace, budget);
    }
  }

  private static Verdict passed(String name) {
    return new Verdict(name, null, 1.0, true, Verdict.PASSED, null, List.of());
  }

  private static TraceFacts facts() {
    MadeUpTrace trace = new MadeUpTrace();
    for (int i = 0; i < 100; i++) {
      trace.tool("t", "{}", "r");
    }
    return trace.facts();
  }

  private static int deeper(int depth) {
    return depth < 0 ? depth : deeper(depth + 1) + 1;
  }

  @Test
  void oneThatFailsIsIsolatedAndCounted() {
    Evaluators evaluators =
        new Evaluators(
            List.of(
                new Scripted(
                    "throws",
                    (trace, budget) -> {
                      throw new IllegalStateException("secret");
                    }),
                new Scripted("recurses", (trace, budget) -> List.of(passed("" + deeper(0)))),
                new Scripted(
                    "spends",
                    (trace, budget) -> {
                      while (true) {
                        budget.charge(1);
                      }
                    }),
                new Scripted(
                    "squares",
                    (trace, budget) -> {
                      for (DecisionView one : trace.decisions()) {
                        for (DecisionView other : trace.decisions()) {
                          assertThat(one.step() + other.step()).isPositive();
                        }
                      }
                      return List.of();
                    }),
                new Scripted(
                    "invents",
                    (trace, budget) ->
                        List.of(
                            new Verdict("invents", "nowhere", 0.0, false, "bad", null, List.of()))),
                new Scripted("works", (trace, budget) -> List.of(passed("works")))),
            new Limits(true, 20, 10_000, 1));
    List<Judgement> judgements = evaluators.judge(facts());
    assertThat(judgements).hasSize(6);
    assertThat(judgements.subList(0, 5))
        .allSatisfy(
            judgement -> {
              assertThat(judgement.verdict().label()).isEqualTo(Verdict.ERROR);
              assertThat(judgement.verdict().passed()).isNull();
              assertThat(judgement.verdict().score()).isNull();
              assertThat(judgement.verdict().name()).isEqualTo(judgement.evaluator());
              assertThat(judgement.verdict().explanation()).doesNotContain("secret");
            });
    assertThat(judgements.get(2).verdict().explanation()).contains("units of work");
    assertThat(judgements.get(5)).isEqualTo(new Judgement("works", "7", passed("works")));
    assertThat(evaluators.counts().entrySet())
        .allSatisfy(
            entry -> {
              boolean works = entry.getKey().equals("works");
              assertThat(entry.getValue().traces()).isEqualTo(1);
              assertThat(entry.getValue().errors()).isEqualTo(works ? 0 : 1);
            });
  }

  @Test
  void whatAnEvaluatorSaysIsNoMoreThanRowsCanTake() {
    String huge = "x".repeat(10_000_000);
    Evaluators evaluators =
        new Evaluators(
            List.of(
                new Scripted("null_list", (trace, budget) -> nothing()),
                new Scripted(
                    "null_verdict", (trace, budget) -> Arrays.asList(nothing(), passed("a"))),
                new Scripted(
                    "null_name",
                    (trace, budget) ->
                        List.of(new Verdict(nothing(), null, 1.0, true, "a", null, List.of()))),
                new Scripted(
                    "null_label",
                    (trace, budget) ->
                        List.of(new Verdict("a", null, 1.0, true, nothing(), null, List.of()))),
                new Scripted("huge_name", (trace, budget) -> List.of(passed(huge))),
                new Scripted(
                    "huge_texts",
                    (trace, budget) ->
                        List.of(
                            new Verdict(
                                "huge_texts",
                                null,
                                0.0,
                                false,
                                huge,
                                huge,
                                Collections.nCopies(1_000_000, "d")))),
                new Scripted(
                    "many",
                    (trace, budget) ->
                        IntStream.range(0, 100_000).mapToObj(i -> passed("many." + i)).toList())),
            Limits.STANDARD);
    List<Judgement> judgements = evaluators.judge(facts());
    assertThat(judgements.subList(0, 5))
        .allSatisfy(each -> assertThat(each.verdict().label()).isEqualTo(Verdict.ERROR))
        .extracting(Judgement::evaluator)
        .doesNotHaveDuplicates();
    Verdict cut = judgements.get(5).verdict();
    assertThat(cut.label()).hasSize(200);
    assertThat(cut.explanation()).hasSize(10_000);
    assertThat(cut.evidence()).hasSize(100);
    assertThat(judgements).hasSize(6 + 10_000);
  }

  /** What code that knows nothing of null annotations may hand over. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @Test
  void aVerdictIsTheSameOnceAndNoMoreThanAllowed() {
    Evaluator chatty =
        new Scripted(
            "chatty",
            (trace, budget) -> {
              List<Verdict> verdicts = new ArrayList<>();
              verdicts.add(passed("chatty"));
              for (DecisionView decision : trace.decisions()) {
                Verdict verdict =
                    new Verdict("chatty", decision.id(), 0.0, false, "bad", null, List.of());
                verdicts.addAll(Collections.nCopies(2, verdict));
              }
              return verdicts;
            });
    Evaluators evaluators = new Evaluators(List.of(chatty), new Limits(false, 5, 10_000, 8));
    assertThat(evaluators.judge(facts()).stream().map(each -> each.verdict().decisionId()))
        .containsExactly("1", "2", "3", "4", "5");
  }

  @Test
  void ofRowsAloneThoseJudgeWhoNeedNoMore() {
    Evaluators evaluators =
        new Evaluators(
            List.of(
                new Scripted("reads_rows", (trace, budget) -> List.of(passed("reads_rows"))),
                new Scripted("finds_nothing", (trace, budget) -> List.of()),
                new Scripted(
                    "reads_windows",
                    (trace, budget) -> List.of(passed("" + trace.windows().size()))),
                new Scripted(
                    "reads_root", (trace, budget) -> List.of(passed("" + trace.rootEnded()))),
                new Scripted(
                    "throws",
                    (trace, budget) -> {
                      throw new IllegalStateException();
                    })),
            Limits.STANDARD);
    TraceFacts facts = facts();
    assertThat(evaluators.judgeRows(facts.trace(), facts.decisions()))
        .containsOnly(
            Map.entry(
                "reads_rows", List.of(new Judgement("reads_rows", "7", passed("reads_rows")))),
            Map.entry("finds_nothing", List.of()));
  }

  @Test
  void scoresKeepWithinTheirBounds() {
    assertThat(new Verdict("a", null, 7.0, true, "x", null, List.of()).score()).isEqualTo(1);
    assertThat(new Verdict("a", null, -7.0, true, "x", null, List.of()).score()).isZero();
    assertThatThrownBy(() -> new Verdict("a", null, Double.NaN, true, "x", null, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noneDefaultAndAFile() {
    assertThat(Evaluators.of("none").isEmpty()).isTrue();
    assertThat(Evaluators.of("default").ids())
        .containsExactly(
            "abandoned_subtask",
            "confidence_against_outcome",
            "context_pressure",
            "lost_instruction",
            "low_confidence",
            "policy_violation",
            "repeated_failure",
            "repeated_tool_loop",
            "runaway",
            "tool_error_ignored",
            "ungrounded_argument");
    assertThat(Evaluators.of("evaluators: {runaway: off, low_confidence: on}").ids())
        .doesNotContain("runaway")
        .contains("low_confidence");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "evaluators: [a | line 1 column 1",
        "evaluaters: {} | line 1 column 1: unknown key 'evaluaters'",
        "evaluators: {lowconfidence: off} | line 1 column 14: unknown key 'lowconfidence'",
        "evaluators: {low_confidence: maybe} | neither true nor false",
        "evaluators: {low_confidence: {treshold: 1}} | unknown key 'treshold' in 'low_confidence'; did you mean 'threshold'?",
        "evaluators: {low_confidence: {threshold: 2}} | from 0 to 1",
        "evaluators: {low_confidence: {threshold: high}} | 'high' is no number",
        "evaluators: {repeated_tool_loop: {calls: 2.5}} | whole number",
        "budget: {base: -1} | whole number from 0 to",
        "budget: 3 | must be a mapping",
        "passed_verdicts: on ¶passed_verdicts: off | line 2 column 1: 'passed_verdicts' is there twice",
        "evaluators: {policy_violation: {policies: {}}} | must be a list",
        "evaluators: {policy_violation: {policies: [{name: a, tool: b}]}} | asks for nothing",
        "evaluators: {policy_violation: {policies: [{name: a, forbidden: on}]}} | which decisions",
        "evaluators: {policy_violation: {policies: [{name: A, tool: b}]}} | no name for a policy",
        "evaluators: {policy_violation: {policies: [{tool: b}]}} | needs 'name'",
        "evaluators: {policy_violation: {policies: [{name: a, kind: X, forbidden: on}]}} | no kind",
        "evaluators: {policy_violation: {policies: [{name: a, tool: b, forbidden: on, where: {c: '> x'}}]}} | no number",
        "evaluators: {policy_violation: {policies: [{name: a, tool: b, forbidden: on, where: {c: 'matches ('}}]}} | RE2",
        "evaluators: ¶  policy_violation: ¶    policies: ¶    - {name: a, tool: b, forbidden: on, result: {c: '> x'}} | line 4 column 53: 'x' is no number",
        "evaluators: ¶  policy_violation: ¶    policies: ¶    - {name: a, tool: b, forbidden: on, result: 'matches ('} | line 4 column 49: '(' cannot be used",
        "evaluators: {policy_violation: {policies: [{name: a, tool: b, requires_before: {tool: c, result: {d: '< y'}}}]}} | 'y' is no number",
        "evaluators: {policy_violation: {policies: [{name: a, tool: b, forbidden: on, result: {c: {d: 1}}}]}} | a text or a list of texts is expected",
        "evaluators: {policy_violation: {policies: [{name: a, tool: b, forbidden: on, wher: {}}]}} | unknown key 'wher'"
      })
  void whatCannotBeFollowedIsRefused(String yaml, String message) {
    assertThatThrownBy(() -> Evaluators.of(yaml.replace('¶', '\n')))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theSettingsOfThePageCanBeFollowed() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "evaluators.md"));
    Matcher example = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page);
    int examples = 0;
    while (example.find()) {
      assertThat(Evaluators.parse("docs/evaluators.md", example.group(1)).ids())
          .contains("policy_violation");
      examples++;
    }
    assertThat(examples).isEqualTo(2);
  }
}
