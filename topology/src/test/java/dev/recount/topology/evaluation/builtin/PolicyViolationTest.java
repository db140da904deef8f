package dev.recount.topology.evaluation.builtin;

import static dev.recount.topology.evaluation.Judging.faulted;
import static dev.recount.topology.evaluation.Judging.judge;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Judging;
import dev.recount.topology.evaluation.MadeUpTrace;
import dev.recount.topology.evaluation.Suspicion;
import dev.recount.topology.evaluation.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyViolationTest {
  private static final String REFUNDS =
      """
      policies:
        - name: refund_needs_approval
          tool: refund*
          where: {amount: "> 500"}
          requires_before: {tool: approve, where: {decision: granted}, same: [order]}
      """;

  private final MadeUpTrace trace = new MadeUpTrace();

  private List<String> violations(String settings) {
    return faulted(judge("policy_violation", settings, trace.facts()));
  }

  @Test
  void neverRefundAboveFiveHundredWithoutAnApprovalBeforeIt() {
    trace.tool("refund", "{\"order\":\"A\",\"amount\":500}", "ok");
    trace.tool("approve", "{\"order\":\"A\",\"decision\":\"granted\"}", "ok");
    trace.tool("approve", "{\"order\":\"B\",\"decision\":\"refused\"}", "ok");
    trace.failedTool("approve", "{\"order\":\"C\",\"decision\":\"granted\"}");
    for (String order : List.of("A", "B", "C")) {
      trace.tool("refund_order", "{\"order\":\"" + order + "\",\"amount\":\"1,200.50\"}", "ok");
    }
    trace.tool("refund", "{\"amount\":501}", "ok");
    List<Verdict> verdicts = judge("policy_violation", REFUNDS, trace.facts());
    assertThat(faulted(verdicts)).containsExactly("6", "7", "8");
    assertThat(verdicts)
        .allMatch(verdict -> verdict.name().equals("policy_violation.refund_needs_approval"));
    assertThat(verdicts.get(0).decisionId()).isNull();
    assertThat(verdicts.get(0).label()).isEqualTo("requirement_missing");
  }

  @Test
  void anApprovalThatComesAfterIsTooLate() {
    trace.tool("refund", "{\"order\":\"A\",\"amount\":900}", "ok");
    trace.tool("approve", "{\"order\":\"A\",\"decision\":\"granted\"}", "ok");
    assertThat(violations(REFUNDS)).containsExactly("1");
  }

  @Test
  void aTraceThatTheRuleDoesNotSpeakOfIsNotJudged() {
    trace.tool("refund", "{\"order\":\"A\",\"amount\":20}", "ok");
    assertThat(judge("policy_violation", REFUNDS, trace.facts())).isEmpty();
  }

  @Test
  void forbiddenTooOftenAndForbiddenAfter() {
    trace.tool("drop_table", "{}", "ok").setEnvironment("prod");
    trace.tool("drop_table", "{}", "ok").setEnvironment("test");
    trace.tool("send_mail", "{\"to\":[{\"mail\":\"a@x.org\"}]}", "ok");
    trace.tool("read_secret", "{}", "s3cret");
    trace.tool("send_mail", "{\"to\":[{\"mail\":\"b@x.org\"},{\"mail\":\"c@y.org\"}]}", "ok");
    assertThat(
            violations(
                """
                policies:
                  - {name: no_drops, tool: drop_*, forbidden: on, labels: {environment: [prod*]}}
                """))
        .containsExactly("1");
    assertThat(violations("policies: [{name: one_mail, tool: send_mail, at_most: 1}]"))
        .containsExactly("5");
    assertThat(
            violations(
                """
                policies:
                  - name: no_leak
                    tool: send_mail
                    where: {to.mail: "matches @y[.]org$"}
                    never_after: {tool: read_secret}
                """))
        .containsExactly("5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "> 500   | 500.01 | true",
        "> 500   | 500    | false",
        ">= 500  | 500    | true",
        "< 500   | -1     | true",
        "<= 3    | 4      | false",
        "== 500  | 500.0  | true",
        "500     | 500    | true",
        "!= 500  | 7      | true",
        "present | 7      | true",
        "absent  | 7      | false",
        "absent  |        | true",
        "> 5     |        | false",
        "!= 5    |        | false",
        "in gold | \"IN gold\" | true",
        "> 5     | \"$1,000\" | true",
        "> 5     | \"much\" | false",
        "> 5     | [1, 9]   | true",
        "> 5     | {}       | false"
      })
  void conditions(String condition, String value, boolean fits) {
    trace.tool("a", value == null ? "{}" : "{\"v\":" + value + "}", "ok");
    String rule =
        "policies: [{name: p, tool: a, forbidden: on, where: {v: \"" + condition + "\"}}]";
    assertThat(violations(rule)).hasSize(fits ? 1 : 0);
  }

  @Test
  void anyOfSeveralValuesFits() {
    trace.tool("a", "{\"tier\":\"gold\"}", "ok");
    String rule = "policies: [{name: p, tool: a, forbidden: on, where: {tier: [gold, silver]}}]";
    assertThat(violations(rule)).containsExactly("1");
  }

  @Test
  void aRuleCanAskForWhatACallReturned() {
    trace.tool("check_customer", "{\"customer\":\"A\"}", "{\"risk\":{\"level\":\"high\"}}");
    trace.tool("check_customer", "{\"customer\":\"B\"}", "{\"risk\":{\"level\":\"low\"}}");
    trace.tool("refund", "{\"customer\":\"A\"}", "refunded 120");
    trace.tool(
        "refund", "{\"customer\":\"B\"}", "{\"refunds\":[{\"amount\":20},{\"amount\":700}]}");
    trace.tool("refund", "{\"customer\":\"C\"}", null);
    assertThat(
            violations(
                """
                policies:
                  - name: not_to_the_risky
                    tool: refund
                    never_after:
                      {tool: check_customer, result: {risk.level: [high, severe]}, same: [customer]}
                """))
        .containsExactly("3");
    assertThat(
            violations(
                """
                policies:
                  - name: only_to_the_harmless
                    tool: refund
                    requires_before:
                      {tool: check_customer, result: {risk.level: "!= high"}, same: [customer]}
                """))
        .containsExactly("3", "5");
    assertThat(
            violations(
                "policies: [{name: p, tool: refund, forbidden: on, result: 'matches ^refunded'}]"))
        .as("the whole text")
        .containsExactly("3");
    assertThat(
            violations(
                """
                policies:
                  - {name: p, tool: refund, forbidden: on, result: {refunds.amount: "> 500"}}
                """))
        .as("any element of a list")
        .containsExactly("4");
    assertThat(violations("policies: [{name: p, tool: refund, forbidden: on, result: absent}]"))
        .containsExactly("5");
    assertThat(
            violations(
                "policies: [{name: p, tool: refund, forbidden: on, result: ['matches \"amount\"', refunded 120]}]"))
        .as("one of several")
        .containsExactly("3", "4");
  }

  @Test
  void aCallThatHasNotEndedHasNoResultYet() {
    trace.tool("refund", "{}", null).setEndedAt(null);
    assertThat(violations("policies: [{name: p, tool: refund, forbidden: on, result: absent}]"))
        .isEmpty();
  }

  @Test
  void anEventThatARuleSpeaksOfIsSuspect() {
    Evaluators evaluators = Judging.only("policy_violation", REFUNDS);
    assertThat(evaluators.watches()).isTrue();
    assertThat(evaluators.suspicion(call("refund", "{\"amount\":501}")).suspect()).isTrue();
    assertThat(evaluators.suspicion(call("refund", "{\"amount\":5}")).suspect()).isFalse();
    assertThat(evaluators.suspicion(call("stock", "{\"amount\":501}")).suspect()).isFalse();
    assertThat(evaluators.suspicion(asking("…\"name\":\"refund_order\"…")).suspect()).isTrue();
    assertThat(evaluators.suspicion(asking("…\"name\":\"stock\"…")).suspect()).isFalse();
    assertThat(Judging.only("policy_violation", "").watches()).isFalse();
  }

  @Test
  void whatARuleRequiresOrForbidsBeforeIsEvidence() {
    Evaluators evaluators = Judging.only("policy_violation", REFUNDS);
    assertThat(evaluators.suspicion(call("approve", "{\"decision\":\"granted\"}")))
        .isEqualTo(new Suspicion(false, false, true));
    assertThat(evaluators.suspicion(call("approve", "{\"decision\":\"refused\"}")))
        .isEqualTo(Suspicion.NONE);
    assertThat(evaluators.suspicion(call("refund", "{\"amount\":501}")))
        .isEqualTo(new Suspicion(true, false, false));
  }

  private static EventView call(String tool, String arguments) {
    return new EventView(
        DecisionKind.TOOL_CALL, tool, () -> arguments, null, null, null, spelled -> false);
  }

  private static EventView asking(String answer) {
    return new EventView(
        DecisionKind.MODEL_CALL, null, () -> "", null, null, null, answer::contains);
  }
}
