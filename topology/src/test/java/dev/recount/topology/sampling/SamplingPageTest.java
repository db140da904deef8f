package dev.recount.topology.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds docs/sampling.md to the rules: every row of its table is tried on a trace and a counter.
 */
class SamplingPageTest {
  private static final Path PAGE = Path.of("..", "docs", "sampling.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| ((?:Collector|Refinery) .*) \\| `(.*)` \\|$");

  /** Part of every share above 0.1 %. */
  private static final String LUCKY = "0af7651916cd43dd84ffffffffffffff";

  /** Part of the shares from 15 %. */
  private static final String MIDDLE = "0af7651916cd43dd84e0000000000000";

  /** Part of no share below 99 %. */
  private static final String UNLUCKY = "0af7651916cd43dd8401000000000000";

  /** Where there is no such trace. */
  private static final TestTrace NONE = TestTrace.trace();

  /** A trace that is kept by a rule, and one that is not. */
  private record Pair(TestTrace kept, TestTrace other) {}

  private static TestTrace with(String key, Object value) {
    return TestTrace.trace().attribute(key, value);
  }

  private static TestTrace spans(int count) {
    TestTrace trace = TestTrace.trace();
    for (int i = 1; i < count; i++) {
      trace.span("tool", span -> {});
    }
    return trace;
  }

  private static TestTrace resource(String region) {
    return TestTrace.trace().span("x", span -> span.getResourceAttributes().put("region", region));
  }

  private static final Map<String, Pair> PAIRS = new LinkedHashMap<>();

  private static void pair(String elsewhere, TestTrace kept, TestTrace other) {
    PAIRS.put(elsewhere, new Pair(kept, other));
  }

  static {
    pair(
        "Collector `latency`, `threshold_ms: 5000`",
        TestTrace.trace().lasting(5000),
        TestTrace.trace().lasting(4999));
    pair(
        "Collector `latency`, with `upper_threshold_ms: 10000`",
        TestTrace.trace().lasting(10_000),
        TestTrace.trace().lasting(10_001));
    pair(
        "Collector `numeric_attribute`, `min_value: 50`, `max_value: 100`",
        with("key", 100L),
        with("key", 101L));
    pair("Collector `numeric_attribute`, `invert_match`", with("key", 101L), with("key", 100L));
    pair(
        "Collector `string_attribute`, `values: [value1, value2]`",
        with("key", "value2"),
        with("key", "value3"));
    pair(
        "Collector `string_attribute`, `enabled_regex_matching`",
        with("key", "valuable"),
        with("key", "evaluated"));
    pair(
        "Collector `string_attribute`, `invert_match`",
        with("key", "value3"),
        with("key", "value2"));
    pair("Collector `boolean_attribute`, `value: true`", with("key", true), with("key", false));
    pair("Collector `boolean_attribute`, `invert_match`", with("key", false), with("key", true));
    pair(
        "Collector `status_code`, `[ERROR, UNSET]`",
        TestTrace.trace(),
        TestTrace.withoutSpans().span("x", span -> span.setStatusCode(StatusCode.OK)));
    pair("Collector `span_count`, `min_spans: 2`, `max_spans: 20`", spans(20), spans(21));
    pair(
        "Collector `trace_state`",
        TestTrace.trace().traceState("other=x,key=value2"),
        TestTrace.trace().traceState("key=value3"));
    pair(
        "Collector `trace_flags`",
        TestTrace.trace().span("x", span -> span.setFlags(1)),
        TestTrace.trace().span("x", span -> span.setFlags(2)));
    pair("Collector `ottl_condition`, spans", with("b", "z"), with("b", "y"));
    pair(
        "Collector `ottl_condition`, span events",
        TestTrace.trace().event("exception", Map.of("type", "Timeout")),
        TestTrace.trace().event("exception", Map.of()));
    pair(
        "Collector `ottl_condition`, `IsMatch(name, \"…\") and kind == SPAN_KIND_SERVER`",
        TestTrace.trace().span("GET /x", span -> span.setKind(SpanKind.SERVER)),
        TestTrace.trace()
            .span("GET /x", span -> {})
            .span("POST /x", span -> span.setKind(SpanKind.SERVER)));
    pair(
        "Collector `ottl_condition`, `resource.attributes[\"region\"] == \"eu\"`",
        resource("eu"),
        resource("us").attribute("region", "eu"));
    pair(
        "Collector `and`",
        with("key", "value1").lasting(1001),
        with("key", "value1").lasting(1000));
    pair("Collector `not`", with("key", "value2"), with("key", "value1"));
    pair("Refinery `=`", with("key", "value1"), with("key", "value2"));
    pair("Refinery `!=`", with("key", "value2"), with("key", "value1"));
    pair("Refinery `<`", with("key", 4.9), with("key", 5L));
    pair("Refinery `<=`", with("key", 5L), with("key", 5.1));
    pair("Refinery `>`", with("key", "6"), with("key", "5"));
    pair("Refinery `>=`", with("key", 5.0), with("key", "none"));
    pair("Refinery `starts-with`", with("key", "value"), with("key", "interval"));
    pair("Refinery `contains`", with("key", "value"), with("key", "worth"));
    pair("Refinery `does-not-contain`", with("key", "worth"), with("key", "value"));
    pair("Refinery `exists`", with("key", 0L), with("other", 0L));
    pair("Refinery `not-exists`, of every span", with("other", 0L), with("key", 0L));
    pair(
        "Refinery `not-exists`, of some span",
        with("key", 0L),
        TestTrace.trace().rootAttribute("key", 0L));
    pair("Refinery `matches`", with("key", "order 66"), with("key", "order"));
    pair("Refinery `in`", with("key", "value1"), with("key", "value3"));
    pair("Refinery `not-in`", with("key", "value3"), with("key", "value1"));
    pair("Refinery `has-root-span`, `Value: false`", TestTrace.withoutSpans(), TestTrace.trace());
    pair("Refinery `Datatype: string`, `>`", with("key", "bb"), with("key", "a100"));
    pair(
        "Refinery `Fields: [a, b]`",
        with("b", "x"),
        TestTrace.trace().rootAttribute("a", "y").attribute("b", "y"));
    pair(
        "Refinery `root.`",
        TestTrace.trace().rootAttribute("key", "value1"),
        with("key", "value1"));
    pair(
        "Refinery `Scope: span`",
        TestTrace.trace()
            .span("t", span -> span.getAttributes().putAll(Map.of("a", "x", "b", "y"))),
        with("a", "x").attribute("b", "y"));
    pair("Refinery `Scope: trace`", with("a", "x").attribute("b", "y"), with("a", "x"));
    pair("Refinery `?.NUM_DESCENDANTS`, `meta.span_count`", spans(301), spans(300));
    // Decisions: of traces that differ in their randomness or in what has a share of its own.
    pair("Collector `always_sample`", TestTrace.of(UNLUCKY), NONE);
    pair(
        "Collector `probabilistic`, `sampling_percentage: 10`",
        TestTrace.of(LUCKY),
        TestTrace.of(MIDDLE));
    pair("Collector `drop`", NONE, TestTrace.of(LUCKY));
    pair(
        "Collector `composite`, in its order and with its shares",
        TestTrace.of("0af7651916cd43dd8490000000000000").attribute("key", "value1"),
        TestTrace.of("0af7651916cd43dd8490000000000000"));
    pair("Refinery `Drop: true`", NONE, TestTrace.of(LUCKY));
    pair(
        "Refinery `SampleRate: 10`, deterministic sampler",
        TestTrace.of(LUCKY),
        TestTrace.of(UNLUCKY));
    pair(
        "Refinery dynamic samplers, by key",
        TestTrace.of(MIDDLE).attribute("key", "value1"),
        TestTrace.of(MIDDLE).attribute("key", "value2"));
  }

  private static Map<String, String> rows() {
    try {
      return ROW.matcher(Files.readString(PAGE))
          .results()
          .collect(
              Collectors.toMap(
                  row -> row.group(1),
                  row -> row.group(2),
                  (one, other) -> one,
                  LinkedHashMap::new));
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  /** A row's rule: what it says of a trace is kept, and nothing else. */
  private static RuleSet rule(String here) {
    String decision = here.startsWith("decision:") ? here : "decision: keep, when: {" + here + "}";
    return RuleSet.parse(
        "docs/sampling.md",
        "readmission: {when: never}\nrules:\n  - {name: row, "
            + decision
            + "}\n"
            + (here.startsWith("decision:") ? "" : "  - {name: rest, decision: drop}\n"));
  }

  @TestFactory
  Stream<DynamicTest> everyRowOfTheTableDoesWhatItsCounterpartDoes() {
    return rows().entrySet().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.getKey(),
                    () -> {
                      Pair pair = Objects.requireNonNull(PAIRS.get(row.getKey()), "no pair");
                      RuleSet rule = rule(row.getValue());
                      if (pair.kept() != NONE) {
                        assertThat(rule.decide(pair.kept().evidence()).retained()).isTrue();
                      }
                      if (pair.other() != NONE) {
                        assertThat(rule.decide(pair.other().evidence()).retained()).isFalse();
                      }
                    }));
  }

  @Test
  void everyPairHasItsRow() {
    assertThat(rows().keySet()).isEqualTo(PAIRS.keySet().stream().collect(Collectors.toSet()));
    assertThat(rows()).hasSizeGreaterThan(40);
  }

  @Test
  void everyTermIsListed() throws IOException {
    String page = Files.readString(PAGE);
    Set<String> terms = new TreeSet<>(Vocabularies.TRACE.names());
    for (String part : List.of("span", "decision", "evaluation", "feedback")) {
      terms.addAll(Objects.requireNonNull(Vocabularies.TRACE.part(part)).vocabulary().names());
    }
    assertThat(terms).allMatch(term -> page.contains("`" + term + "`"));
  }

  @Test
  void theExampleCanBeFollowed() throws IOException {
    String example =
        Pattern.compile("(?s)```yaml\n(.*?)```")
            .matcher(Files.readString(PAGE))
            .results()
            .map(found -> found.group(1))
            .findFirst()
            .orElseThrow();
    assertThat(RuleSet.parse("docs/sampling.md", example).names())
        .containsExactly("health_checks", "errors", "expensive_refunds", "failed_payments", "rest");
  }
}
