package dev.recount.topology.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.schemas.yaml.YamlException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFileTest {
  private static RuleSet parse(String yaml) {
    return RuleSet.parse("sampling.yaml", yaml);
  }

  private static void refused(String yaml, String message) {
    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining(message);
  }

  /** Conditions of one rule. */
  private static String when(String condition) {
    return "rules:\n  - name: some\n    when: {" + condition + "}\n    decision: keep\n";
  }

  @Test
  void theRulesThatComeWithRecountCanBeFollowed() {
    RuleSet rules = parse(RuleSet.defaultRules());
    assertThat(rules.names())
        .containsExactly(
            "errors",
            "tool_loops",
            "failed_evaluations",
            "escalations",
            "rollbacks",
            "bad_feedback",
            "rest");
    assertThat(rules.window()).isEqualTo(Duration.ofHours(24));
    assertThat(rules.unretained()).isEqualTo(Unretained.ALL_ROWS);
  }

  @Test
  void anUnknownConditionIsRefusedWithItsPlaceAndTheOneThatWasMeant() {
    refused(
        "rules:\n  - name: slow\n    when:\n      durration: '> 5s'\n    decision: keep\n",
        "sampling.yaml line 4 column 7: unknown condition 'durration' in when;"
            + " did you mean 'duration'?");
    refused(
        "rules:\n  - name: slow\n    when:\n      span: {nmae: x}\n    decision: keep\n",
        "line 4 column 14: unknown condition 'nmae' in span; did you mean 'name'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          error: maybe                       | 'maybe' is neither true nor false
          duration: '> 5'                    | '5' is not a duration with its unit
          duration: {min: soon}              | 'soon' is not a duration with its unit
          cost: '> much'                     | 'much' is not an amount in US dollars
          context_utilization: '> 90 percent'| is not a share
          tool_depth: deep                   | 'deep' is not a number
          agent_version: '>= 2.0'            | compares what has no order
          agent_version: {matches: '(?=x)'}  | cannot be used
          attributes: {a: {exist: true}}     | did you mean 'exists'?
          attributes: {a: {exists: true, in: [b]}} | 'exists' stands alone
          attributes: {}                     | names no key
          flag: []                           | the list of values is empty
          any: []                            | any has no conditions
          any: {error: true}                 | any must be a list
          not: [error]                       | not must be a mapping
          status: {above: ok}                | there is no order among these values
          """)
  void aConditionThatCannotBeFollowedIsRefused(String condition, String message) {
    refused(when(condition), message);
    refused(when(condition), "sampling.yaml line 3 column ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          sometimes                                              | neither keep nor drop nor a share
          0%                                                     | neither keep nor drop nor a share
          101%                                                   | neither keep nor drop nor a share
          {share: 5%, per: agent_version}                        | 'per' and 'shares' belong together
          {share: 5%, shares: {a: 10%}}                          | 'per' and 'shares' belong together
          {per: agent_version, shares: {a: 10%}}                 | a share is missing
          {share: 5%, per: agent_verzion, shares: {a: 10%}}      | did you mean 'agent_version'?
          """)
  void aDecisionThatCannotBeFollowedIsRefused(String decision, String message) {
    refused("rules:\n  - name: some\n    decision: " + decision + "\n", message);
  }

  @Test
  void aRuleThatIsNeverAskedIsRefused() {
    refused(
        "rules:\n  - {name: rest, decision: 10%}\n  - {name: more, decision: keep}\n",
        "line 3 column 5: this rule is never asked: 'rest' before it is about all traces");
  }

  @Test
  void namesAreThereOnceAndNotReserved() {
    String rule = "  - {name: %s, when: {error: true}, decision: keep}\n";
    refused("rules:\n" + rule.formatted("a") + rule.formatted("a"), "two rules 'a'");
    refused("rules:\n" + rule.formatted("readmission"), "has a meaning of its own");
    refused("rules:\n" + rule.formatted("Errors"), "is no name for a rule");
    refused("rules:\n  - {decision: keep}\n", "a rule needs a name and a decision");
  }

  @Test
  void readmissionAndRowsAreSettable() {
    RuleSet rules =
        parse(
            "readmission: {window: 1h30m, when: never}\n"
                + "unretained: {decisions: false, snapshots: false}\n"
                + "rules:\n  - {name: rest, decision: 10%}\n");
    assertThat(rules.window()).isEqualTo(Duration.ofMinutes(90));
    assertThat(rules.unretained()).isEqualTo(new Unretained(true, false, false));
    refused("readmission: {window: 24}\nrules: []\n", "'24' is no duration");
    refused("readmission: {when: always}\nrules: []\n", "'always' is no condition");
    refused("readmission: {windov: 24h}\nrules: []\n", "did you mean 'window'?");
  }

  @Test
  void aFileWithoutRulesIsRefused() {
    refused("rules: []\n", "there are no rules");
    refused("readmission: {window: 1h}\n", "there are no rules");
    refused("", "sampling.yaml is empty");
    refused("rules:\n  - name: [\n", "this is not YAML");
  }

  @Test
  void conditionsThatAreTooDeepAreRefused() {
    String deep = "not: {".repeat(80) + "error: true" + "}".repeat(80);
    refused(when(deep), "Nesting Depth");
  }
}
