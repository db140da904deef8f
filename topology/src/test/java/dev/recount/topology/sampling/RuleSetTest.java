package dev.recount.topology.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.Status;
import dev.recount.avro.StatusCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleSetTest {
  /** Part of every share above 0.1 %: its randomness is the largest. */
  private static final String LUCKY = "0af7651916cd43dd84ffffffffffffff";

  /** Part of no share below 99 %. */
  private static final String UNLUCKY = "0af7651916cd43dd8401000000000000";

  private static final RuleSet DEFAULT = RuleSet.parse("default", RuleSet.defaultRules());

  private static RuleSet rules(String... lines) {
    return RuleSet.parse("sampling.yaml", "rules:\n" + String.join("\n", lines) + "\n");
  }

  private static void keptBy(String rule, TestTrace trace) {
    Verdict verdict = DEFAULT.decide(trace.evidence());
    assertThat(verdict.rule()).isEqualTo(rule);
    assertThat(verdict.retained()).isTrue();
    assertThat(verdict.weight()).isEqualTo(1);
    assertThat(verdict.threshold()).isZero();
  }

  @Test
  void theDefaultRulesKeepWhatIsBad() {
    keptBy("errors", TestTrace.of(UNLUCKY).with(row -> row.setStatus(Status.error)));
    keptBy("errors", TestTrace.of(UNLUCKY).with(row -> row.setErrorCount(1)));
    keptBy("errors", TestTrace.of(UNLUCKY).span("x", span -> span.setStatusCode(StatusCode.ERROR)));
    keptBy("tool_loops", TestTrace.of(UNLUCKY).with(row -> row.setFlags(List.of("tool_loop"))));
    TestTrace looping = TestTrace.of(UNLUCKY);
    for (int i = 0; i < 8; i++) {
      looping.call("search");
    }
    keptBy("tool_loops", looping);
    keptBy(
        "tool_loops",
        TestTrace.of(UNLUCKY)
            .decision(DecisionKind.TOOL_CALL, decision -> decision.setToolDepth(25)));
    keptBy("failed_evaluations", TestTrace.of(UNLUCKY).evaluation(each -> each.setPassed(false)));
    keptBy("escalations", TestTrace.of(UNLUCKY).with(row -> row.setEscalated(true)));
    keptBy("rollbacks", TestTrace.of(UNLUCKY).with(row -> row.setRolledBack(true)));
    keptBy(
        "bad_feedback",
        TestTrace.of(UNLUCKY).feedback(FeedbackKind.RATING, each -> each.setScore(0.0)));
    keptBy(
        "bad_feedback",
        TestTrace.of(UNLUCKY).feedback(FeedbackKind.OUTCOME, each -> each.setPassed(false)));
    keptBy("bad_feedback", TestTrace.of(UNLUCKY).feedback(FeedbackKind.CORRECTION, each -> {}));
  }

  @Test
  void theDefaultRulesKeepATenthOfTheRest() {
    Verdict unlucky = DEFAULT.decide(TestTrace.of(UNLUCKY).evidence());
    assertThat(unlucky.retained()).isFalse();
    assertThat(unlucky.rule()).isEqualTo("rest");
    assertThat(unlucky.weight()).isZero();
    Verdict lucky = DEFAULT.decide(TestTrace.of(LUCKY).evidence());
    assertThat(lucky.retained()).isTrue();
    assertThat(lucky.weight()).isEqualTo(10);
    assertThat(Verdict.traceState(LUCKY, "a=b", lucky.threshold()))
        .isEqualTo("ot=th:e6666666666666,a=b");
    assertThat(
            DEFAULT
                .decide(
                    TestTrace.of(UNLUCKY)
                        .feedback(FeedbackKind.RATING, each -> each.setScore(1.0))
                        .evaluation(each -> each.setPassed(true))
                        .evidence())
                .retained())
        .isFalse();
  }

  @Test
  void theFirstRuleThatIsAboutATraceDecides() {
    RuleSet rules =
        rules(
            "  - {name: health, when: {root_name: health}, decision: drop}",
            "  - {name: errors, when: {error: true}, decision: keep}",
            "  - {name: rest, decision: 1%}");
    TestTrace health = TestTrace.of(LUCKY).with(row -> row.setRootName("health"));
    health.with(row -> row.setStatus(Status.error));
    Verdict verdict = rules.decide(health.evidence());
    assertThat(verdict.retained()).isFalse();
    assertThat(verdict.rule()).isEqualTo("health");
  }

  @Test
  void whatNoRuleIsAboutIsKept() {
    RuleSet rules = rules("  - {name: health, when: {root_name: health}, decision: drop}");
    Verdict verdict = rules.decide(TestTrace.of(UNLUCKY).evidence());
    assertThat(verdict.retained()).isTrue();
    assertThat(verdict.rule()).isEqualTo(RuleSet.NO_RULE);
  }

  @Test
  void aKeyMayHaveAShareOfItsOwn() {
    RuleSet rules =
        rules(
            "  - name: versions",
            "    decision: {share: 5%, per: agent_version, shares: {3.0.0-rc: 100%, '2.0': 50%}}");
    assertThat(rules.decide(TestTrace.of(UNLUCKY).version("3.0.0-rc").evidence()).retained())
        .isTrue();
    assertThat(rules.decide(TestTrace.of(UNLUCKY).version("2.4.1").evidence()).retained())
        .isFalse();
    assertThat(rules.decide(TestTrace.of(UNLUCKY).evidence()).retained()).isFalse();
    assertThat(rules.decide(TestTrace.of(LUCKY).version("2.4.1").evidence()).weight())
        .isEqualTo(20);
    // Several agents at work: the largest share of theirs.
    TestTrace both =
        TestTrace.of(LUCKY)
            .version("2.4.1")
            .decision(DecisionKind.PLAN, plan -> plan.getVersions().setAgentVersion("2.0"));
    assertThat(rules.decide(both.evidence()).weight()).isEqualTo(2);
  }

  @Test
  void aShareDoesNotHoldForWhatReadmissionNames() {
    RuleSet rules = rules("  - {name: rest, decision: 10%}");
    for (String trace : List.of(LUCKY, UNLUCKY)) {
      Verdict verdict =
          rules.decide(TestTrace.of(trace).with(row -> row.setEscalated(true)).evidence());
      assertThat(verdict.retained()).isTrue();
      assertThat(verdict.rule()).isEqualTo(RuleSet.READMISSION);
      // Whichever it is, it would be kept: it stands for itself alone.
      assertThat(verdict.weight()).isEqualTo(1);
    }
    RuleSet never =
        RuleSet.parse("x", "readmission: {when: never}\nrules:\n  - {name: rest, decision: 10%}\n");
    assertThat(
            never
                .decide(TestTrace.of(UNLUCKY).with(row -> row.setEscalated(true)).evidence())
                .retained())
        .isFalse();
  }

  @Test
  void whatARuleDropsIsReadmittedOnlyIfItSaysSo() {
    TestTrace escalated = TestTrace.of(UNLUCKY).with(row -> row.setEscalated(true));
    assertThat(rules("  - {name: all, decision: drop}").decide(escalated.evidence()).retained())
        .isFalse();
    assertThat(
            rules("  - {name: all, decision: drop, readmit: true}")
                .decide(escalated.evidence())
                .retained())
        .isTrue();
    assertThat(
            rules("  - {name: all, decision: 10%, readmit: false}")
                .decide(escalated.evidence())
                .retained())
        .isFalse();
  }

  @Test
  void aTraceThatWasSampledBeforeStandsForMore() {
    TestTrace sampled = TestTrace.of(LUCKY).traceState("ot=th:c");
    RuleSet keep = rules("  - {name: all, decision: keep}");
    assertThat(keep.decide(sampled.evidence()).weight()).isEqualTo(4);
    assertThat(keep.decide(sampled.evidence()).threshold()).isEqualTo(0xcL << 52);
    RuleSet tenth = rules("  - {name: rest, decision: 10%}");
    assertThat(tenth.decide(sampled.evidence()).weight()).isEqualTo(10);
    // A threshold that the trace's randomness contradicts counts for nothing.
    assertThat(keep.decide(TestTrace.of(UNLUCKY).traceState("ot=th:c").evidence()).weight())
        .isEqualTo(1);
  }

  @Test
  void randomnessThatTheTraceStateGivesIsHonoured() {
    RuleSet tenth = rules("  - {name: rest, decision: 10%}");
    assertThat(
            tenth
                .decide(TestTrace.of(UNLUCKY).traceState("ot=rv:ffffffffffffff").evidence())
                .retained())
        .isTrue();
    assertThat(
            tenth
                .decide(TestTrace.of(LUCKY).traceState("ot=rv:01000000000000").evidence())
                .retained())
        .isFalse();
  }

  @Test
  void anExplanationNamesEveryConditionWithWhatTheTraceSays() {
    Explanation explanation =
        DEFAULT.explain(
            TestTrace.of(UNLUCKY)
                .feedback(FeedbackKind.RATING, each -> each.setScore(-1.0))
                .evidence());
    assertThat(explanation.verdict().rule()).isEqualTo("bad_feedback");
    assertThat(explanation.rules().stream().map(Explanation.ExplainedRule::name))
        .endsWith("rollbacks", "bad_feedback");
    Finding errors = explanation.rules().get(0).finding();
    assertThat(errors).isEqualTo(Finding.of(false, "error is true", "false"));
    Finding bad = explanation.rules().get(5).finding();
    assertThat(bad.holds()).isTrue();
    assertThat(bad.parts().get(2).condition()).isEqualTo("some feedback");
    assertThat(bad.parts().get(2).actual()).isEqualTo("1 of 1 does");
    assertThat(bad.parts().get(2).parts().get(0).parts().get(0).parts())
        .contains(Finding.of(true, "score <= 0", "-1"));
  }
}
