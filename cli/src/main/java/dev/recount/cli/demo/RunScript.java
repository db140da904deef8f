package dev.recount.cli.demo;

import dev.recount.cli.demo.PlannedSpan.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Plays one run of an agent: the scenario as a sequence of steps. */
final class RunScript {
  private static final double COMFORTABLE = 0.35;
  private static final double FULL = 0.93;
  private static final double OVERFULL = 1.04;

  private final Profile profile;
  private final Scenario scenario;
  private final RunRecorder recorder;
  private final SplittableRandom random;
  private final String subject;

  RunScript(SplittableRandom random, Profile profile, Scenario scenario, Instant start) {
    this.profile = profile;
    this.scenario = scenario;
    this.random = random;
    this.subject = String.valueOf(10_000 + random.nextInt(90_000));
    this.recorder = new RunRecorder(random, profile, request(), start);
  }

  Run play() {
    recorder.plan("Work out what is asked for in request " + subject);
    if (!profile.agent().equals("order-agent")) {
      recorder.retrieve("request " + subject, 2 + random.nextInt(3));
    }
    @Nullable Failure failure =
        switch (scenario) {
          case SUCCESS, ROLLBACK -> success();
          case TOOL_FAILURE -> toolFailure();
          case FATAL_FAILURE -> fatalFailure();
          case TOOL_LOOP -> toolLoop();
          case CONTEXT_PRESSURE -> contextPressure();
          case ESCALATION -> escalation();
        };
    FeedbackScript.write(recorder, scenario, failure != null, random);
    return recorder.finish(scenario, failure);
  }

  private @Nullable Failure success() {
    for (String tool : usualTools()) {
      think();
      recorder.call(tool, arguments(), result(), null);
    }
    recorder.answer(COMFORTABLE);
    return null;
  }

  private @Nullable Failure toolFailure() {
    List<String> tools = usualTools();
    String right = tools.get(0);
    // Some runs begin with the wrong tool, the others with the right one on a bad day.
    boolean mistaken = subject.endsWith("0") || subject.endsWith("5");
    String first = mistaken ? tools.get(tools.size() - 1) : right;
    think();
    recorder.call(
        first,
        arguments(),
        "",
        mistaken
            ? new Failure("ValidationError", first + " knows nothing of that")
            : new Failure("TimeoutError", "no answer within 5 s"));
    think();
    recorder.call(right, arguments(), result(), null);
    recorder.answer(COMFORTABLE);
    return null;
  }

  private Failure fatalFailure() {
    Failure refused = new Failure("PermissionError", "403 from the back end of " + profile.agent());
    List<String> tools = usualTools();
    think();
    recorder.call(tools.get(0), arguments(), result(), null);
    think();
    recorder.call(tools.get(tools.size() - 1), arguments(), "", refused);
    return refused;
  }

  /** The same call over and over, because its answer is not what the prompt promises. */
  private Failure toolLoop() {
    String tool = profile.tools().get(0);
    String arguments = "{\"product\":\"travel mug\",\"request\":\"" + subject + "\"}";
    int repetitions = 3 + random.nextInt(3);
    for (int i = 0; i < repetitions; i++) {
      recorder.think(COMFORTABLE + 0.1 * i, 0.7 - 0.1 * i);
      recorder.call(tool, arguments, "{\"items\":[],\"note\":\"product number expected\"}", null);
    }
    return new Failure("GaveUp", "no progress after " + repetitions + " calls of " + tool);
  }

  /** The window fills up, parts are cut; in every other case what was cut is missed. */
  private @Nullable Failure contextPressure() {
    List<String> tools = usualTools();
    recorder.think(0.6, 0.8);
    recorder.call(tools.get(0), arguments(), result(), null);
    recorder.think(FULL, 0.6);
    if (random.nextInt(100) < 60) {
      Failure confused = new Failure("ValidationError", "unknown reference #0: 'see above'");
      recorder.think(OVERFULL, 0.4);
      recorder.call(tools.get(tools.size() - 1), "{\"reference\":\"see above\"}", "", confused);
      return confused;
    }
    recorder.call(tools.get(tools.size() - 1), arguments(), result(), null);
    recorder.answer(FULL);
    return null;
  }

  private @Nullable Failure escalation() {
    think();
    recorder.call(profile.tools().get(0), arguments(), result(), null);
    recorder.think(COMFORTABLE, 0.35);
    recorder.handOver("The request is outside of what I may decide");
    return null;
  }

  private void think() {
    recorder.think(COMFORTABLE + random.nextDouble() * 0.2, 0.7 + random.nextDouble() * 0.25);
  }

  private List<String> usualTools() {
    return switch (profile.agent()) {
      case "order-agent" ->
          scenario == Scenario.ROLLBACK
              ? List.of("inventory", "refund")
              : random.nextBoolean()
                  ? List.of("inventory", "price_quote", "place_order")
                  : List.of("price_quote", "place_order");
      case "support-agent" -> List.of("knowledge_search", "order_status");
      default -> List.of("web_search", "fetch_page", "calculator");
    };
  }

  private String request() {
    return switch (profile.agent()) {
      case "order-agent" ->
          "Request "
              + subject
              + ": is the travel mug in stock? If so, what do twelve of them cost, and when can I"
              + " have them? Please order them when they come to less than 200 EUR.";
      case "support-agent" ->
          "Request "
              + subject
              + ": the desk lamp that I ordered two weeks ago has not come, and the link to the"
              + " parcel says nothing. Where is it, and what do you do about it?";
      default ->
          "Request "
              + subject
              + ": write a brief on the market for camping stoves: who sells how many, at which"
              + " price, and what has changed within the last three years.";
    };
  }

  private String arguments() {
    return "{\"request\":\"" + subject + "\",\"part\":" + random.nextInt(1_000_000) + "}";
  }

  private String result() {
    return "{\"ok\":true,\"items\":" + (1 + random.nextInt(9)) + "}";
  }

  /** How long a step takes: a median of its kind, and sometimes three times as much. */
  static Duration duration(SplittableRandom random, long medianMillis) {
    double factor = 0.5 + random.nextDouble() + (random.nextInt(10) == 0 ? 2 : 0);
    return Duration.ofMillis(Math.round(medianMillis * factor));
  }
}
