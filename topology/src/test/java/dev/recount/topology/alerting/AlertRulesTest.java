package dev.recount.topology.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.Evaluation;
import dev.recount.schemas.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertRulesTest {
  private static final String RULE =
      """
      rules:
        - name: slow
          on: decisions
          measure: p95 of latency_ms
          above: 2000
          summary: Slow
      """;

  private static AlertRule parse(String yaml) {
    return AlertRules.parse("alerts.yaml", yaml).all().get(0);
  }

  @Test
  void theRulesThatComeWithRecountAreThereAndNoneAreNone() {
    assertThat(AlertRules.of("default").names())
        .contains(
            "evaluator_score_drop",
            "evaluator_score_regression",
            "failure_share_rise",
            "rollback",
            "policy_violation");
    assertThat(AlertRules.of("none").names()).isEmpty();
  }

  @Test
  void anEvaluatorIsNamedWithItsVersionOrWithout() {
    Evaluation row = new Evaluation();
    row.setEvaluator("runaway@1");
    for (String named : List.of("runaway", "runaway@1")) {
      AlertRule rule =
          parse(
              "rules: [{name: a, on: evaluations, measure: event, where: {evaluator: %s}}]"
                  .formatted(named));
      assertThat(rule.concerns(RowType.EVALUATIONS, row)).as(named).isTrue();
    }
    assertThat(RowType.EVALUATIONS.dimension(row, "evaluator")).isEqualTo("runaway@1");
  }

  @Test
  void noNumberSpoilsASumOfSquares() {
    Evaluation row = new Evaluation();
    row.setScore(-1e200);
    assertThat(RowType.EVALUATIONS.number(row, "score")).isEqualTo(-1e12);
    row.setScore(Double.NaN);
    assertThat(RowType.EVALUATIONS.number(row, "score")).isNull();
  }

  @Test
  void whatIsLeftOutHasADefault() {
    AlertRule rule = parse(RULE);
    assertThat(rule.severity()).isEqualTo("warning");
    assertThat(rule.window()).isEqualTo(Duration.ofMinutes(10));
    assertThat(rule.every()).isEqualTo(Duration.ofMinutes(1));
    assertThat(rule.minimumSample()).isEqualTo(30);
    assertThat(rule.significance()).isEqualTo(0.01);
    assertThat(rule.forAtLeast()).isZero();
    assertThat(rule.keepFiringFor()).isEqualTo(Duration.ofMinutes(10));
    assertThat(rule.by()).isEmpty();
  }

  @Test
  void everythingCanBeSaid() {
    AlertRule rule =
        parse(
            """
            rules:
              - name: tool_regression
                severity: page
                summary: A tool got worse
                on: decisions
                where:
                  kind: TOOL_CALL
                  tool: [refund, ship]
                measure: failure_share
                by: [tool, release]
                rises_by: 5%
                against: previous_version
                window: 1h
                every: 15m
                minimum_sample: 100
                significance: 0.001
                for: 2 windows
                keep_firing_for: 90m
                max_groups: 50
            """);
    assertThat(rule.where())
        .isEqualTo(Map.of("kind", Set.of("TOOL_CALL"), "tool", Set.of("refund", "ship")));
    assertThat(rule.by()).isEqualTo(List.of("tool", "release"));
    assertThat(rule.condition())
        .isEqualTo(
            new Condition(
                Condition.Reference.PREVIOUS_VERSION, Condition.Direction.UP, 0.05, true));
    assertThat(rule.forAtLeast()).isEqualTo(Duration.ofHours(2));
    assertThat(rule.keepFiringFor()).isEqualTo(Duration.ofMinutes(90));
    assertThat(rule.maximumGroups()).isEqualTo(50);
  }

  @Test
  void theOrderInWhichConditionsAreWrittenIsNoOtherRule() {
    String one = RULE + "    where: {kind: [A, B], tool: t}\n";
    String other = RULE + "    where: {tool: t, kind: [B, A]}\n";
    assertThat(parse(one).definition()).isEqualTo(parse(other).definition());
    assertThat(parse(RULE).definition()).isNotEqualTo(parse(one).definition());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          name: slow           | name: Slow           | line 2 column 11: 'Slow' is no name
          on: decisions        | on: spans            | line 3 column 9: there are no 'spans'
          above: 2000          | abvoe: 2000          | line 5 column 5: unknown key 'abvoe'
          above: 2000          | above: high          | line 5 column 12: 'high' is no number
          above: 2000          | rises_by: 10%        | line 5 column 15: 'rises_by' needs something
          above: 2000          | window: 10m          | line 2 column 5: a rule needs one condition
          p95 of latency_ms    | p95 of score         | line 4 column 14: decisions have no number
          p95 of latency_ms    | median               | line 4 column 14: 'median' is no measure
          above: 2000          | by: [colour]         | cannot be told apart by 'colour'
          summary: Slow        | where: {x: y}        | unknown key 'x' in where
          summary: Slow        | significance: 2      | a significance level of 2 cannot be
          summary: Slow        | window: 3 fortnights | '3 fortnights' is no duration
          """)
  void aMistakeIsToldWithItsPlace(String from, String to, String message) {
    String yaml = RULE.replace(from, to);
    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith("alerts.yaml line ")
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNoYamlIsToldWithItsPlace() {
    assertThatThrownBy(() -> parse("rules: [\n  - name: x\n"))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining("alerts.yaml line ")
        .hasMessageContaining("not YAML");
  }

  @Test
  void twoRulesOfOneNameAreRefused() {
    assertThatThrownBy(() -> parse(RULE + RULE.substring(RULE.indexOf('\n') + 1)))
        .hasMessageContaining("there is a rule 'slow' already");
  }

  @Test
  void anEventHasNothingToBeHeldAgainst() {
    assertThatThrownBy(() -> parse(RULE.replace("p95 of latency_ms", "event")))
        .hasMessageContaining("line 5 column 12")
        .hasMessageContaining("every event is worth an alert");
  }

  @Test
  void versionsAreComparedAlongADimensionThatHasVersions() {
    String yaml =
        RULE.replace("above: 2000", "by: [tool]\n    rises_by: 10%\n    against: previous_version");
    assertThatThrownBy(() -> parse(yaml))
        .hasMessageContaining("line 7 column 14")
        .hasMessageContaining("let 'by' end with one of agent_version");
  }

  @Test
  void theRulesOfThePageCanBeFollowed() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "alerts.md"));
    Matcher example = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page);
    assertThat(example.find()).isTrue();
    assertThat(AlertRules.parse("docs/alerts.md", example.group(1)).names())
        .containsExactly("refund_tool_slow", "answers_got_worse");
  }
}
