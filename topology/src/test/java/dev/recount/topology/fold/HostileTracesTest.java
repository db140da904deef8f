package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import dev.recount.topology.Interpretation;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.evaluation.Verdict;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import dev.recount.topology.model.ModelTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evaluators on traces of any shape: bounded, isolated, and of one mind whatever the order. */
class HostileTracesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final long START = 1_772_366_400_000_000_000L;

  /** Thresholds at which nearly everything is faulted, and policies of every kind. */
  private static final String STRICT =
      """
      decision_verdicts: 100
      evaluators:
        repeated_tool_loop: {calls: 2, similarity: 0.3}
        context_pressure: {threshold: 0, predict_from: 0, calls_ahead: 1000}
        ungrounded_argument: {shortest: 2, ignore_arguments: [nothing]}
        low_confidence: {threshold: 1}
        confidence_against_outcome: {sure: 0}
        tool_error_ignored: {words_of_trouble: [nothing at all]}
        runaway: {model_calls: 1, tool_calls: 1, tokens: 100, cost_usd: 0}
        policy_violation:
          policies:
            - {name: once, tool: "*", at_most: 1}
            - {name: never, tool: st*, forbidden: on, where: {item: "matches ^[A-Z]"}}
            - {name: ordered, tool: price, requires_before: {tool: stock, same: [item]}}
            - {name: apart, tool: price, never_after: {tool: stock, same: [item, size]}}
            - {name: deep, tool: "*", forbidden: on, where: {a.a.a.a: present}}
      """;

  private static Interpretation interpretation(Evaluators evaluators) {
    return new Interpretation(SpanMapper.standard(), ModelTable.standard(), evaluators);
  }

  @Provide
  Arbitrary<AgentRun> runs() {
    return AgentRun.runs();
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void verdictsAreTheSameInAnyOrder(@ForAll("runs") AgentRun run, @ForAll Random random) {
    Interpretation interpretation = interpretation(Evaluators.of(STRICT));
    for (Teller teller : Teller.values()) {
      List<Evaluation> first = evaluations(teller.tell(run), random, interpretation);
      List<Evaluation> second = evaluations(teller.tell(run), random, interpretation);
      assertThat(second).as(teller.name()).isEqualTo(first);
      assertThat(first).noneMatch(row -> row.getLabel().equals(Verdict.ERROR));
      assertThat(first).extracting(Evaluation::getEvaluationId).doesNotHaveDuplicates();
    }
  }

  private static List<Evaluation> evaluations(
      Teller.Telling telling, Random random, Interpretation interpretation) {
    List<Span> spans = new ArrayList<>(telling.spans);
    Collections.shuffle(spans, random);
    Collections.shuffle(telling.logs, random);
    return TraceFold.fold(
            new TraceContents(
                Teller.TRACE, spans, 0, false, telling.logs, List.of(), List.of(), List.of()),
            interpretation)
        .evaluations();
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void whateverTheArgumentsAre(@ForAll Random random) {
    List<Span> spans = new ArrayList<>();
    List<ContextSnapshot> snapshots = new ArrayList<>();
    List<LinkedFeedback> feedback = new ArrayList<>();
    int steps = 1 + random.nextInt(12);
    for (int i = 0; i < steps; i++) {
      spans.add(call(i, garbage(random, 6), random.nextInt(4) == 0));
      snapshots.add(snapshot(i, garbage(random, 6), garbage(random, 2)));
      FeedbackKind kind = FeedbackKind.values()[random.nextInt(FeedbackKind.values().length)];
      FeedbackEvent event =
          FeedbackEvent.newBuilder()
              .setFeedbackId("f" + i)
              .setTraceId(TRACE)
              .setSpanId(String.format("%016x", i + 1))
              .setKind(kind)
              .setScore(random.nextDouble())
              .setOccurredAt(Instant.ofEpochSecond(START / 1_000_000_000L + i))
              .build();
      feedback.add(new LinkedFeedback(event, null, 0, 0));
    }
    Interpretation interpretation = interpretation(Evaluators.of(STRICT));
    TraceRows first = fold(spans, snapshots, feedback, interpretation);
    Collections.shuffle(spans, random);
    Collections.shuffle(snapshots, random);
    Collections.shuffle(feedback, random);
    TraceRows second = fold(spans, snapshots, feedback, interpretation);
    assertThat(second.evaluations()).isEqualTo(first.evaluations());
    assertThat(second.trace()).isEqualTo(first.trace());
    assertThat(second.decisions()).isEqualTo(first.decisions());
  }

  private static TraceRows fold(
      List<Span> spans,
      List<ContextSnapshot> snapshots,
      List<LinkedFeedback> feedback,
      Interpretation interpretation) {
    return TraceFold.fold(
        new TraceContents(TRACE, spans, 0, false, snapshots, List.of(), feedback), interpretation);
  }

  /** JSON and what only looks like it. */
  private static String garbage(Random random, int depth) {
    return switch (random.nextInt(depth <= 0 ? 6 : 9)) {
      case 0 -> "\"\\u00" + random.nextInt(10) + "\\\\\\n" + random.nextInt(100_000) + "\"";
      case 1 -> Integer.toString(random.nextInt());
      case 2 -> "1" + "0".repeat(random.nextInt(400)) + ".50";
      case 3 -> "\"mia_li_" + random.nextInt(3) + "@x-" + random.nextInt(3) + "\"";
      case 4 -> "\"" + "\\".repeat(2 * random.nextInt(5)) + "é😀,-_.@ 1,000,0\"";
      case 5 -> random.nextBoolean() ? "null" : "{broken \\";
      case 6 -> "[" + garbage(random, depth - 1) + "," + garbage(random, depth - 1) + "]";
      default -> "{\"a\":" + garbage(random, depth - 1) + ",\"item\":\"A\"}";
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"giant text", "deep", "wide", "numbers", "joined", "escapes", "one giant token"})
  void giantArgumentsAreBounded(String shape) {
    int size = 400_000;
    String arguments =
        switch (shape) {
          case "giant text" -> "{\"a\":\"" + "word W123456 ".repeat(size / 10) + "\"}";
          case "deep" -> "{\"a\":".repeat(size / 5) + "1" + "}".repeat(size / 5);
          case "wide" -> "[" + "\"W123456\",".repeat(size / 10) + "1]";
          case "numbers" -> "{\"order_id\":" + "9".repeat(size) + "}";
          case "joined" -> "{\"a\":\"" + "a1-".repeat(size / 3) + "\"}";
          case "escapes" -> "{\"a\":\"" + "\\\\n".repeat(size / 3) + "\"}";
          default -> "{\"a\":\"" + "7".repeat(size) + "\"}";
        };
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      spans.add(call(i, arguments, i == 3));
    }
    Evaluators evaluators = Evaluators.of(STRICT);
    TraceRows rows =
        fold(
            spans,
            List.of(snapshot(0, arguments, "W123456")),
            List.of(),
            interpretation(evaluators));
    assertThat(rows.evaluations()).isNotEmpty();
    // Linear in what there is to read, with every pass that an evaluator takes.
    long most = 10_000 + 8L * (20L * arguments.length() / 64 + 1_000);
    assertThat(evaluators.counts().values()).allMatch(counts -> counts.units() <= most);
  }

  @Test
  void workIsLinearInTheTrace() {
    Map<String, Evaluators.Counts> some = work(5_000);
    Map<String, Evaluators.Counts> twice = work(10_000);
    twice.forEach(
        (id, counts) -> {
          assertThat(counts.errors()).as(id).isZero();
          Evaluators.Counts half = some.get(id);
          assertThat(half).isNotNull();
          assertThat(counts.units()).as(id).isLessThanOrEqualTo(half.units() * 21 / 10 + 100);
        });
  }

  private static Map<String, Evaluators.Counts> work(int decisions) {
    List<Span> spans = new ArrayList<>();
    List<ContextSnapshot> snapshots = new ArrayList<>();
    for (int i = 0; i < decisions; i++) {
      spans.add(call(i, "{\"item\":\"A" + (100_000 + i) + "\",\"size\":3}", i % 7 == 0));
      if (i % 10 == 0) {
        snapshots.add(snapshot(i, "Item A" + (100_000 + i) + " is here.", "Be kind."));
      }
    }
    Evaluators evaluators = Evaluators.of(STRICT);
    TraceRows rows = fold(spans, snapshots, List.of(), interpretation(evaluators));
    assertThat(rows.decisions()).hasSize(decisions);
    assertThat(rows.evaluations()).isNotEmpty().hasSizeLessThan(3_000);
    return evaluators.counts();
  }

  private static Span call(int index, String arguments, boolean failed) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("gen_ai.operation.name", "execute_tool");
    attributes.put("gen_ai.tool.name", index % 2 == 0 ? "stock" : "price");
    attributes.put("gen_ai.tool.call.arguments", arguments);
    attributes.put("gen_ai.tool.call.result", "{\"n\":" + index % 3 + "}");
    attributes.put("recount.decision.confidence", (index % 10) / 10.0);
    Span span = new Span();
    span.setTraceId(TRACE);
    span.setSpanId(String.format("%016x", index + 1));
    span.setName("execute_tool");
    span.setKind(SpanKind.INTERNAL);
    span.setStartTimeUnixNano(START + 1_000_000_000L * index);
    span.setEndTimeUnixNano(START + 1_000_000_000L * index + 5);
    span.setStatusCode(failed ? StatusCode.ERROR : StatusCode.OK);
    span.setAttributes(attributes);
    span.setEvents(List.of());
    span.setLinks(List.of());
    span.setResourceAttributes(Map.of());
    return span;
  }

  private static ContextSnapshot snapshot(int index, String user, String system) {
    List<ContextSegment> segments = new ArrayList<>();
    for (SegmentKind kind : List.of(SegmentKind.SYSTEM, SegmentKind.USER)) {
      ContextSegment segment = new ContextSegment();
      segment.setKind(kind);
      segment.setContentType("text/plain");
      segment.setContent(kind == SegmentKind.SYSTEM ? system : user);
      segments.add(segment);
    }
    ContextSnapshot snapshot = new ContextSnapshot();
    snapshot.setSnapshotId("s" + index);
    snapshot.setTraceId(TRACE);
    snapshot.setSpanId(String.format("%016x", index + 1));
    snapshot.setCapturedAt(Instant.ofEpochSecond(START / 1_000_000_000L + index));
    snapshot.setBoundary(SnapshotBoundary.TOOL_CALL);
    snapshot.setTokenCount(10L * index);
    snapshot.setTokenLimit(100L);
    snapshot.setSegments(segments);
    snapshot.setAttributes(Map.of());
    return snapshot;
  }
}
