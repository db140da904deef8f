package dev.recount.topology.evaluation.builtin;

import static dev.recount.topology.evaluation.Judging.faulted;
import static dev.recount.topology.evaluation.Judging.judge;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackOutcome;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.Status;
import dev.recount.topology.evaluation.MadeUpTrace;
import dev.recount.topology.evaluation.MadeUpTrace.Shown;
import dev.recount.topology.evaluation.Verdict;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each evaluator, on traces in which something goes wrong and on like ones in which it does not.
 */
class BuiltInEvaluatorsTest {
  private static final Shown SYSTEM =
      new Shown(SegmentKind.SYSTEM, null, "Never refund more than the customer has paid.");
  private static final Shown QUESTION =
      new Shown(
          SegmentKind.USER,
          null,
          "I am mia_li_3668 (or lee_7@x.org), and order #W-123456 is late.");

  private final MadeUpTrace trace = new MadeUpTrace();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "repeated_tool_loop",
        "context_pressure",
        "lost_instruction",
        "ungrounded_argument",
        "abandoned_subtask",
        "low_confidence",
        "confidence_against_outcome",
        "tool_error_ignored",
        "repeated_failure",
        "runaway",
        "policy_violation"
      })
  void saysNothingOfAnEmptyTrace(String id) {
    assertThat(judge(id, trace.facts())).isEmpty();
  }

  @Test
  void theSameCallAgainIsALoopFromTheThirdTimeOn() {
    for (int i = 0; i < 4; i++) {
      trace.tool("stock", "{\"sku\":\"A-7\"}", "none");
      trace.tool("price", "{\"sku\":\"A-7\",\"day\":" + i + "}", "day " + i);
    }
    List<Verdict> verdicts = judge("repeated_tool_loop", trace.facts());
    assertThat(faulted(verdicts)).containsExactly("5", "7");
    assertThat(verdicts.get(0).passed()).isFalse();
    assertThat(verdicts.get(0).decisionId()).isNull();
    assertThat(verdicts.get(0).score()).isEqualTo(0.25);
  }

  @Test
  void nearlyTheSameCallIsTheSame() {
    String words = "one two three four five six seven eight nine ten eleven twelve thirteen ";
    for (int i = 0; i < 3; i++) {
      trace.tool("search", "{\"query\":\"" + words.repeat(2) + i + "\"}", "nothing found");
    }
    String settings = "similarity: 0.8";
    assertThat(faulted(judge("repeated_tool_loop", settings, trace.facts()))).containsExactly("3");
    assertThat(faulted(judge("repeated_tool_loop", "similarity: 1", trace.facts()))).isEmpty();
  }

  @Test
  void aNewResultIsProgress() {
    trace.tool("poll", "{}", "1 %");
    trace.tool("poll", "{}", "50 %");
    trace.tool("poll", "{}", "100 %");
    assertThat(judge("repeated_tool_loop", trace.facts()))
        .singleElement()
        .matches(verdict -> Boolean.TRUE.equals(verdict.passed()));
  }

  @Test
  void otherToolsAndOtherAgentsAreOtherLoops() {
    for (String agent : List.of("a", "b", "a")) {
      trace.tool("stock", "{}", "none").getVersions().setAgentName(agent);
    }
    assertThat(faulted(judge("repeated_tool_loop", trace.facts()))).isEmpty();
    assertThat(faulted(judge("repeated_tool_loop", "calls: 2", trace.facts())))
        .containsExactly("3");
    String ignoring = "calls: 2\nignore_tools: [st*]";
    assertThat(judge("repeated_tool_loop", ignoring, trace.facts())).isEmpty();
  }

  @Test
  void pressureIsToldWhereItBegins() {
    trace.model(500, 1000);
    trace.model(910, 1000);
    trace.model(920, 1000);
    trace.model(100, 1000);
    trace.model(1_100, 1000);
    List<Verdict> verdicts = judge("context_pressure", "predict_from: 2", trace.facts());
    assertThat(faulted(verdicts)).containsExactly("2", "5");
    assertThat(verdicts.get(0).label()).isEqualTo("over_limit");
    assertThat(verdicts.get(0).score()).isZero();
  }

  @Test
  void growthIsForeseen() {
    trace.model(300, 1000);
    trace.model(450, 1000);
    trace.model(600, 1000);
    List<Verdict> verdicts = judge("context_pressure", trace.facts());
    assertThat(faulted(verdicts)).containsExactly("3");
    assertThat(verdicts.get(0).label()).isEqualTo("overflow_ahead");
    assertThat(verdicts.get(0).explanation()).contains("150 tokens a call");
    assertThat(faulted(judge("context_pressure", "calls_ahead: 2", trace.facts()))).isEmpty();
  }

  @Test
  void anInstructionThatIsGoneIsLost() {
    trace.window(SYSTEM, QUESTION);
    trace.model(1, 10);
    trace.window(QUESTION, new Shown(SegmentKind.ASSISTANT, null, "I look."));
    trace.model(2, 10);
    trace.model(3, 10);
    List<Verdict> verdicts = judge("lost_instruction", trace.facts());
    assertThat(faulted(verdicts)).containsExactly("2");
    assertThat(verdicts.get(0).evidence()).contains("w1");
    assertThat(verdicts.get(0).explanation()).contains("Never refund");
  }

  @Test
  void anInstructionThatIsRewordedIsNot() {
    trace.window(SYSTEM, QUESTION);
    trace.model(1, 10);
    trace.window(
        new Shown(SegmentKind.SYSTEM, null, SYSTEM.content() + " Today is Monday."), QUESTION);
    trace.model(2, 10);
    assertThat(judge("lost_instruction", trace.facts()))
        .singleElement()
        .matches(verdict -> Boolean.TRUE.equals(verdict.passed()));
  }

  @Test
  void anotherPromptOfTheSameAgentIsNotCompared() {
    trace.window(SYSTEM, QUESTION);
    trace.model(1, 10);
    trace.window(
        new Shown(SegmentKind.SYSTEM, null, "Name the language of the text."),
        new Shown(SegmentKind.USER, null, "Wo ist mein Paket?"));
    trace.model(2, 10);
    assertThat(judge("lost_instruction", trace.facts())).isEmpty();
  }

  @Test
  void aConstraintIsAnInstructionBySource() {
    Shown constraint = new Shown(SegmentKind.MEMORY, "constraints/refunds", "At most 500.");
    trace.window(constraint, QUESTION);
    trace.window(QUESTION);
    assertThat(judge("lost_instruction", trace.facts()).get(0).passed()).isFalse();
    assertThat(judge("lost_instruction", "sources: [rules*]", trace.facts()).get(0).passed())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"user\":\"mia_li_3668\"}",
        "{\"user\":\"MIA_LI_3668\"}",
        "{\"user\":\"Lee_7\",\"mail\":\"LEE_7@X.org\"}",
        "{\"order\":\"#W123456\"}",
        "{\"order\":\"w-123-456\"}",
        "{\"order\":\"order_w123456\"}",
        "{\"order_id\":123456}",
        "{\"amount\":98765,\"seat\":\"12A\",\"day\":\"2026-05-20\",\"at\":\"15:30\"}",
        "{\"idempotency_key\":\"0a1b2c3d4e5f\"}",
        "{\"text\":\"mia_li_9999\"}"
      })
  void whatTheModelWasShownIsGrounded(String arguments) {
    trace.window(SYSTEM, QUESTION);
    trace.tool("look_up", "{\"user\":\"mia_li_3668\"}", null);
    trace.tool("look_up", arguments, null);
    assertThat(judge("ungrounded_argument", trace.facts()))
        .singleElement()
        .matches(verdict -> Boolean.TRUE.equals(verdict.passed()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"user\":\"john_doe_4711\"} | john_doe_4711",
        "{\"items\":[{\"user\":{\"mail\":\"mia.li@example.org\"}}]} | mia.li@example.org",
        "{\"order_id\":7654321} | 7654321",
        "{\"order\":\"#W654321\"} | #W654321",
        "{\"order\":\"gift_w123456\"} | gift_w123456"
      })
  void whatItWasNeverShownIsNot(String arguments, String named) {
    trace.window(SYSTEM, QUESTION);
    trace.tool("look_up", arguments, null);
    List<Verdict> verdicts = judge("ungrounded_argument", trace.facts());
    assertThat(faulted(verdicts)).containsExactly("1");
    assertThat(verdicts.get(1).explanation()).contains(named);
  }

  @Test
  void whatTheModelInventedBeforeStaysInvented() {
    trace.window(SYSTEM, QUESTION);
    trace.tool("look_up", "{\"user\":\"john_doe_4711\"}", null);
    trace.window(
        SYSTEM, QUESTION, new Shown(SegmentKind.ASSISTANT, null, "I look up john_doe_4711."));
    trace.tool("look_up", "{\"user\":\"john_doe_4711\"}", null);
    assertThat(faulted(judge("ungrounded_argument", trace.facts()))).containsExactly("1", "2");
  }

  @Test
  void whatAToolReturnedBeforeIsShownAndWhatItReturnsLaterIsNot() {
    trace.window(SYSTEM, QUESTION);
    trace.tool("charge", "{\"card\":\"credit_card_4421486\"}", null);
    trace.tool(
        "look_up",
        "{}",
        "{\"cards\":\"[{\\\"id\\\":\\\"credit_card_4421486\\\",\\n\\\"n\\\":1}]\"}");
    trace.tool("charge", "{\"card\":\"credit_card_4421486\"}", null);
    assertThat(faulted(judge("ungrounded_argument", trace.facts()))).containsExactly("1");
  }

  @Test
  void whereTheContextIsNotWhollyKnownItSaysNothing() {
    trace.window(SYSTEM, new Shown(SegmentKind.USER, "elsewhere", null));
    trace.tool("look_up", "{\"user\":\"john_doe_4711\"}", null);
    assertThat(judge("ungrounded_argument", trace.facts())).isEmpty();
  }

  @Test
  void whatWasBegunAndLeftIsAbandoned() {
    DecisionRecord call = trace.tool("export", "{}", null);
    call.setStatus(Status.unset);
    call.setEndedAt(null);
    assertThat(faulted(judge("abandoned_subtask", trace.facts()))).isEmpty();
    trace.model(1, 10);
    assertThat(faulted(judge("abandoned_subtask", trace.facts()))).containsExactly("1");
  }

  @Test
  void aPlanThatIsNotCarriedOutIsAbandoned() {
    trace.decision(DecisionKind.PLAN).setChosen("[\"stock\", \"place_order\"]");
    trace.tool("stock", "{}", "3").setConsidered(List.of());
    assertThat(faulted(judge("abandoned_subtask", trace.facts()))).isEmpty();
    MadeUpTrace other = new MadeUpTrace();
    other.tool("place_order", "{}", "ok");
    other.decision(DecisionKind.PLAN).setChosen("First stock, then place_order.");
    other.tool("stock", "{}", "3");
    List<Verdict> verdicts = judge("abandoned_subtask", other.facts());
    assertThat(faulted(verdicts)).containsExactly("2");
    assertThat(verdicts.get(0).score()).isEqualTo(0.5);
    assertThat(faulted(judge("abandoned_subtask", other.open().facts()))).isEmpty();
  }

  @Test
  void aLaterPlanTakesThePlaceOfAnEarlierOne() {
    trace.tool("stock", "{}", "3");
    trace.decision(DecisionKind.PLAN).setChosen("stock");
    trace.decision(DecisionKind.PLAN).setChosen("Give up.");
    assertThat(faulted(judge("abandoned_subtask", trace.facts()))).isEmpty();
  }

  @Test
  void confidenceIsTakenAtItsWord() {
    trace.tool("a", "{}", "1").setConfidence(0.3);
    trace.tool("b", "{}", "1").setConfidence(0.5);
    trace.tool("c", "{}", "1");
    List<Verdict> verdicts = judge("low_confidence", trace.facts());
    assertThat(faulted(verdicts)).containsExactly("1");
    assertThat(verdicts.get(0).score()).isEqualTo(0.3);
    assertThat(faulted(judge("low_confidence", "threshold: 0.6", trace.facts())))
        .containsExactly("1", "2");
  }

  @Test
  void whoWasSureAndWrongIsTold() {
    trace.failedTool("a", "{}").setConfidence(0.9);
    trace.failedTool("b", "{}").setConfidence(0.2);
    trace.tool("c", "{}", "1").setConfidence(0.9);
    DecisionRecord undone = trace.tool("d", "{}", "1");
    undone.setConfidence(1.0);
    undone.setFeedback(
        List.of(new FeedbackOutcome("f", FeedbackKind.ROLLBACK, null, null, null, Instant.EPOCH)));
    trace.tool("e", "{}", "1").setOutcomeMatched(false);
    List<Verdict> verdicts = judge("confidence_against_outcome", trace.facts());
    assertThat(faulted(verdicts)).containsExactly("1", "4");
    assertThat(verdicts.get(0).score()).isZero();
  }

  @Test
  void anErrorThatNobodySpeaksOfIsIgnored() {
    trace.model(1, 10);
    trace.failedTool("refund", "{}");
    trace.model(1, 10);
    assertThat(faulted(judge("tool_error_ignored", trace.facts()))).isEmpty();
    trace.response("Your refund is on its way.");
    assertThat(faulted(judge("tool_error_ignored", trace.facts()))).containsExactly("2");
    assertThat(faulted(judge("tool_error_ignored", trace.failed().facts()))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"I could not refund it.", "Sorry, that is impossible.", "There was an ERROR."})
  void anErrorThatTheAgentAdmitsIsNot(String answer) {
    trace.failedTool("refund", "{}");
    trace.response(answer);
    assertThat(judge("tool_error_ignored", trace.facts()))
        .singleElement()
        .matches(verdict -> Boolean.TRUE.equals(verdict.passed()));
  }

  @Test
  void anErrorThatTheAgentAdmitsInTheConversationIsNot() {
    trace.window(QUESTION);
    trace.model(1, 10);
    trace.failedTool("refund", "{}");
    trace.window(QUESTION, new Shown(SegmentKind.TOOL_RESULT, "c", "{}"));
    trace.model(1, 10);
    trace.window(
        QUESTION,
        new Shown(SegmentKind.TOOL_RESULT, "c", "{}"),
        new Shown(SegmentKind.ASSISTANT, null, "Unfortunately that did not go through."));
    trace.model(1, 10);
    trace.tool("cancel", "{}", "done");
    trace.response("It is cancelled.");
    assertThat(faulted(judge("tool_error_ignored", trace.facts()))).isEmpty();
  }

  @Test
  void anErrorAfterWhichTheToolIsTriedAgainIsNot() {
    trace.failedTool("refund", "{}");
    trace.tool("refund", "{\"again\":true}", "done");
    trace.response("Done.");
    assertThat(faulted(judge("tool_error_ignored", trace.facts()))).isEmpty();
  }

  @Test
  void anErrorAfterWhichAPersonTakesOverIsNot() {
    trace.failedTool("refund", "{}");
    trace.tool("transfer_to_human_agents", "{}", "ok");
    trace.response("Done.");
    assertThat(faulted(judge("tool_error_ignored", trace.facts()))).isEmpty();
  }

  @Test
  void failuresInARowAreTold() {
    trace.failedTool("refund", "{\"a\":1}");
    trace.tool("stock", "{}", "1");
    trace.failedTool("refund", "{\"a\":2}");
    trace.tool("refund", "{\"a\":3}", "ok");
    trace.failedTool("refund", "{\"a\":4}");
    assertThat(faulted(judge("repeated_failure", trace.facts()))).containsExactly("3");
    assertThat(faulted(judge("repeated_failure", "failures: 3", trace.facts()))).isEmpty();
  }

  @Test
  void aRunawayIsToldWhereItPassesItsLimits() {
    for (int i = 0; i < 4; i++) {
      trace.model(100, 1000).setCostNanoUsd(400_000_000L);
      trace.tool("a", "{}", "1");
    }
    String settings = "model_calls: 3\ntool_calls: 10\ntokens: 150\ncost_usd: 0.9";
    List<Verdict> verdicts = judge("runaway", settings, trace.facts());
    assertThat(faulted(verdicts)).containsExactly("3", "5", "7");
    assertThat(verdicts.get(0).label()).isEqualTo("runaway");
    assertThat(verdicts.get(0).explanation()).contains("4 calls of models", "400 tokens", "1.60");
    assertThat(judge("runaway", trace.facts()).get(0).passed()).isTrue();
  }
}
