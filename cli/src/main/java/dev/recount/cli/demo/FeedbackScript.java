package dev.recount.cli.demo;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.cli.demo.PlannedFeedback.Moment;
import java.time.Duration;
import java.util.SplittableRandom;

/** What people, evaluators and the world say about a run, and when. */
final class FeedbackScript {
  private final RunRecorder recorder;
  private final SplittableRandom random;

  private FeedbackScript(RunRecorder recorder, SplittableRandom random) {
    this.recorder = recorder;
    this.random = random;
  }

  static void write(
      RunRecorder recorder, Scenario scenario, boolean failed, SplittableRandom random) {
    new FeedbackScript(recorder, random).write(scenario, failed);
  }

  private void write(Scenario scenario, boolean failed) {
    boolean pleased = !failed && random.nextInt(100) < (scenario == Scenario.SUCCESS ? 90 : 55);
    if (random.nextInt(100) < 8) {
      // The user is faster than the exporter's batch.
      rating(Moment.BEFORE, Duration.ofSeconds(-2), pleased);
    }
    if (scenario == Scenario.ESCALATION) {
      recorder.feedback(
          Moment.DURING,
          Duration.ZERO,
          event(FeedbackKind.ESCALATION, "takeover", "desk").setLabel("needs_a_person"));
    }
    if (random.nextInt(100) < 60) {
      rating(Moment.AFTER, minutes(1, 30), pleased);
    }
    if (random.nextInt(100) < 40) {
      double score = Math.round((failed ? 0.2 : 0.6) * 100 + random.nextInt(40)) / 100.0;
      recorder.feedback(
          Moment.AFTER,
          Duration.ofSeconds(20),
          event(FeedbackKind.EVALUATION, "groundedness", "judge-2")
              .setScore(score)
              .setPassed(score >= 0.5)
              .setLabel(score >= 0.5 ? "grounded" : "made_up"));
    }
    late(scenario, failed);
  }

  /** What is only known hours later, long after the trace has settled. */
  private void late(Scenario scenario, boolean failed) {
    if (scenario == Scenario.ROLLBACK) {
      recorder.feedback(
          Moment.SETTLED,
          minutes(60, 240),
          event(FeedbackKind.ROLLBACK, "refund_reversed", "billing").setComment("wrong order"));
    }
    if (random.nextInt(100) < 85) {
      recorder.feedback(
          Moment.SETTLED,
          minutes(120, 400),
          event(FeedbackKind.OUTCOME, "resolved", "crm")
              .setScore(failed ? 0.0 : 1.0)
              .setPassed(!failed)
              .setLabel(failed ? "reopened" : "closed"));
    }
  }

  private void rating(Moment moment, Duration afterEnd, boolean pleased) {
    recorder.feedback(
        moment,
        afterEnd,
        event(FeedbackKind.RATING, "helpfulness", "user")
            .setScore(pleased ? 1.0 : 0.0)
            .setPassed(pleased)
            .setLabel(pleased ? "thumbs_up" : "thumbs_down"));
  }

  private Duration minutes(int from, int to) {
    return Duration.ofMinutes(from + random.nextInt(to - from));
  }

  private static FeedbackEvent.Builder event(FeedbackKind kind, String name, String source) {
    return FeedbackEvent.newBuilder().setKind(kind).setName(name).setSource(source);
  }
}
