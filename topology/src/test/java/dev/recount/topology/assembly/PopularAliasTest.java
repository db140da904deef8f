package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackMatch;
import org.junit.jupiter.api.Test;

/** Very many pieces of feedback name one alias: each costs the same. */
class PopularAliasTest extends AssemblerTestBase {
  private static final int MANY = 2_000;

  private void judge() {
    for (int i = 0; i < MANY; i++) {
      String comment = "x".repeat(1_000);
      feedback(
          "f" + i,
          0,
          f -> {
            f.setResponseId("r1");
            f.setComment(comment);
          });
    }
  }

  @Test
  void theyWaitEachByItself() {
    judge();
    assertThat(harness.largest(Stores.LINKS)).isLessThan(3_000);
    assertThat(harness.stored(Stores.LINKS, "pending:")).isEqualTo(MANY);
    run();
    harness.hold(true);
    announce(AliasKind.RESPONSE_ID, "r1", T1);
    assertThat(harness.underway()).as("links of one record").isEqualTo(500);
    harness.hold(false);
    harness.pass(30_000);
    assertThat(trace(T1).getFeedback()).hasSize(MANY);
    assertThat(feedbackRow("f7").getMatch()).isEqualTo(FeedbackMatch.RESPONSE_ID);
  }

  @Test
  void noneIsKeptOnceTheAliasIsAmbiguous() {
    judge();
    run();
    harness.hold(true);
    announce(AliasKind.RESPONSE_ID, "r1", T1);
    // While the first trace is still being told of, the second one comes.
    announce(AliasKind.RESPONSE_ID, "r1", T2);
    harness.hold(false);
    harness.pass(30_000);
    assertThat(harness.stored(Stores.LINKS, "pending:")).isZero();
    assertThat(harness.stored(Stores.TIMERS, "pending:")).isZero();
    assertThat(trace(T1).getFeedback()).isEmpty();
    for (int i = 0; i < MANY; i++) {
      assertThat(feedbackRow("f" + i).getReason()).isEqualTo("ambiguous");
    }
    // Nor of what comes then: it is reported at once.
    feedback("late", 0, f -> f.setResponseId("r1"));
    harness.pass(1_000);
    assertThat(feedbackRow("late").getReason()).isEqualTo("ambiguous");
    assertThat(harness.stored(Stores.LINKS, "pending:")).isZero();
    feedback("f7", 1, f -> f.setTraceId(T1));
    harness.pass(30_000);
    assertThat(feedbackRow("f7").getMatch()).isEqualTo(FeedbackMatch.TRACE);
    assertThat(trace(T1).getFeedback()).hasSize(1);
  }

  @Test
  void theyAreForgottenAtTheEndOfTheirRetention() {
    harness = with("anchor.retention.ms", Long.toString(2 * RETENTION));
    judge();
    harness.pass(3 * RETENTION);
    assertThat(harness.stored(Stores.LINKS, "pending:")).isZero();
    assertThat(harness.stored(Stores.TIMERS, "pending:")).isZero();
    assertThat(feedbackRow("f7").getReason()).isEqualTo("trace_never_came");
  }
}
