package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ToolCallMention;
import dev.recount.topology.CallKeys;
import dev.recount.topology.TopologySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.arbitraries.ListArbitrary;

/** A call that more traces of a session ask for, and answer, than are told apart. */
class CallResolverTest {
  private static final String CALL = "c";
  private static final long RETENTION = 60_000;

  /**
   * What one trace says of the call in the end, and what it has said before.
   *
   * @param first time that it said first
   * @param last time that stands; the same for most
   * @param kilobytes length of its answer
   */
  record Said(boolean answered, int first, int last, int kilobytes, boolean withdrawn) {}

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theEarliestAreMatchedWhicheverCameFirstAndWhateverIsTakenBack(
      @ForAll("said") List<Said> said, @ForAll long seed) {
    assertSameAnswers(said, seed);
  }

  @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
  void andSoItIsWhereNotAllAnswersFit(@ForAll("saidAtLength") List<Said> said, @ForAll long seed) {
    assertSameAnswers(said, seed);
  }

  private static void assertSameAnswers(List<Said> said, long seed) {
    List<ToolCallMention> inOrder = new ArrayList<>();
    List<List<ToolCallMention>> editions = new ArrayList<>();
    for (int trace = 0; trace < said.size(); trace++) {
      List<ToolCallMention> own = editions(trace, said.get(trace));
      editions.add(own);
      ToolCallMention stands = own.get(own.size() - 1);
      if (!stands.getWithdrawn()) {
        inOrder.add(stands);
      }
    }
    assertThat(answers(mixed(editions, new Random(seed)))).isEqualTo(answers(inOrder));
  }

  /** What one trace says comes in order, and between what the others say. */
  private static List<ToolCallMention> mixed(List<List<ToolCallMention>> editions, Random random) {
    List<List<ToolCallMention>> left = new ArrayList<>();
    editions.forEach(own -> left.add(new ArrayList<>(own)));
    List<ToolCallMention> mixed = new ArrayList<>();
    while (!left.isEmpty()) {
      int from = random.nextInt(left.size());
      mixed.add(left.get(from).remove(0));
      if (left.get(from).isEmpty()) {
        left.remove(from);
      }
    }
    return mixed;
  }

  private static List<ToolCallMention> editions(int trace, Said said) {
    List<ToolCallMention> editions = new ArrayList<>();
    editions.add(mention(trace, said, said.first()));
    if (said.last() != said.first()) {
      editions.add(mention(trace, said, said.last()));
    }
    if (said.withdrawn()) {
      ToolCallMention withdrawn = mention(trace, said, 0);
      withdrawn.setResult(null);
      withdrawn.setWithdrawn(true);
      editions.add(withdrawn);
    }
    return editions;
  }

  private static ToolCallMention mention(int trace, Said said, int time) {
    ToolCallMention mention = new ToolCallMention();
    mention.setCall(CALL);
    mention.setTraceId(TelemetryPlan.traceId(trace + 1));
    mention.setAnswered(said.answered());
    mention.setTimeUnixNano(time);
    mention.setResult(said.answered() ? trace + "x".repeat(said.kilobytes() * 1024) : null);
    return mention;
  }

  /** By trace that asked, what it was answered in the end. */
  private static Map<String, String> answers(List<ToolCallMention> mentions) {
    AssemblerHarness harness = harness();
    mentions.forEach(mention -> append(harness, mention));
    Map<String, Long> acts = new TreeMap<>();
    Map<String, String> answers = new TreeMap<>();
    for (AssemblerHarness.Logged logged : harness.log) {
      if (CallKeys.isCall(logged.key())) {
        continue;
      }
      var event = AssemblerHarness.CODECS.traceEvents().decode(logged.value());
      if (event.getPayload() instanceof ToolCallMention answer) {
        assertThat(event.getPrecedence()).isGreaterThan(acts.getOrDefault(logged.key(), 0L));
        acts.put(logged.key(), event.getPrecedence());
        String result = answer.getResult();
        if (answer.getWithdrawn() || result == null) {
          answers.remove(logged.key());
        } else {
          answers.put(logged.key(), result.replace("x", ""));
        }
      }
    }
    return answers;
  }

  private static AssemblerHarness harness() {
    return new AssemblerHarness(
        TopologySettings.fromMap(Map.of("state.retention.ms", Long.toString(RETENTION))),
        TelemetryPlan.START);
  }

  private static void append(AssemblerHarness harness, ToolCallMention mention) {
    harness.append(CallKeys.of(CALL), CallMentions.event(mention));
  }

  @Example
  void whatIsSpareIsForgottenWithItsCall() {
    AssemblerHarness harness = harness();
    for (int trace = 0; trace < 100; trace++) {
      append(harness, mention(trace, new Said(true, trace, trace, 0, false), trace));
    }
    assertThat(harness.stored(Stores.LINKS, "spare:"))
        .as("each by place and by name")
        .isEqualTo(2 * 36);
    harness.pass(3 * RETENTION);
    assertThat(harness.stored(Stores.LINKS, CALL)).isZero();
  }

  @Example
  void whatIsSpareIsForgottenBitByBit() {
    AssemblerHarness harness = harness();
    for (int trace = 0; trace < 5_000; trace++) {
      append(harness, mention(trace, new Said(true, trace, trace, 0, false), trace));
    }
    long before = harness.stored(Stores.LINKS, "spare:");
    harness.jump(3 * RETENTION);
    harness.tick();
    assertThat(harness.stored(Stores.LINKS, "spare:")).isEqualTo(before - 2_000);
    harness.pass(10_000);
    assertThat(harness.stored(Stores.LINKS, CALL)).isZero();
  }

  @Provide
  Arbitrary<List<Said>> said() {
    return said(Arbitraries.just(0)).ofMinSize(110).ofMaxSize(200);
  }

  /** Of the answers some four are large, of which two or three fit. */
  @Provide
  Arbitrary<List<Said>> saidAtLength() {
    return said(Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(1, 1_500)))
        .ofMinSize(20)
        .ofMaxSize(60);
  }

  private static ListArbitrary<Said> said(Arbitrary<Integer> kilobytes) {
    Arbitrary<Integer> time = Arbitraries.integers().between(1, 1_000);
    return Combinators.combine(
            Arbitraries.of(true, false),
            time,
            time,
            Arbitraries.of(true, false, false),
            kilobytes,
            Arbitraries.of(true, false, false, false))
        .as(
            (answered, first, other, moves, size, withdrawn) ->
                new Said(answered, first, moves ? other : first, answered ? size : 0, withdrawn))
        .list();
  }
}
