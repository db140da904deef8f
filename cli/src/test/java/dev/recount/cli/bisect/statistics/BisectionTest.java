package dev.recount.cli.bisect.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.recount.cli.bisect.statistics.Rollouts.Harm;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A hundred worlds for each question: two agents, six new versions that are rolled out in part and
 * partly together, 4,000 traces before and 4,000 after.
 */
class BisectionTest {
  private static final int SEEDS = 100;
  private static final int TRACES = 8000;
  private static final double DROP = 0.1;

  private static Harm by(Dimension... culprits) {
    return (renewed, agent, after) -> renewed.containsAll(Set.of(culprits)) ? DROP : 0;
  }

  private static Dimension culprit(int seed) {
    return Dimension.values()[seed % Dimension.values().length];
  }

  private static Verdict verdict(Rollouts world) {
    return Bisection.search(world.cells(TRACES), Criteria.usual(true));
  }

  private static boolean namesFirst(Verdict verdict, Dimension... culprits) {
    return !verdict.worse().isEmpty()
        && verdict.worse().get(0).change().versions().stream()
            .allMatch(version -> version.version().equals("new"))
        && verdict.worse().get(0).change().versions().stream()
            .map(Version::dimension)
            .toList()
            .equals(List.of(culprits));
  }

  /** In how many worlds the verdict is as expected; prints what it was in the others. */
  private static long count(
      String question, IntFunction<List<Cell>> world, SeededPredicate asExpected) {
    TreeMap<Integer, Object> others = new TreeMap<>();
    IntStream.range(0, SEEDS)
        .forEach(
            seed -> {
              Verdict verdict = Bisection.search(world.apply(seed), Criteria.usual(true));
              if (!asExpected.test(seed, verdict)) {
                others.put(
                    seed,
                    verdict.worse().stream().map(finding -> finding.change().toString()).toList());
              }
            });
    System.out.println(question + ": " + (SEEDS - others.size()) + " of " + SEEDS + " " + others);
    return SEEDS - others.size();
  }

  private interface SeededPredicate {
    boolean test(int seed, Verdict verdict);
  }

  private static SeededPredicate any(Predicate<Verdict> predicate) {
    return (seed, verdict) -> predicate.test(verdict);
  }

  @Test
  void ofSixNewVersionsTheOneThatDidItIsNamedFirst() {
    assertThat(
            count(
                "one of six",
                seed -> new Rollouts(seed).harm(by(culprit(seed))).cells(TRACES),
                (seed, verdict) -> namesFirst(verdict, culprit(seed))))
        .isGreaterThanOrEqualTo(95);
  }

  @Test
  void whereNothingChangedForTheWorseNothingIsNamed() {
    assertThat(
            count(
                "none",
                seed -> new Rollouts(seed).cells(TRACES),
                any(verdict -> verdict.worse().isEmpty())))
        .isGreaterThanOrEqualTo(95);
  }

  /** Of 12,000 traces those that went well are kept with a probability of 30 %: about 5,300. */
  @Test
  void whatWasSampledByItsOutcomeIsWeighed() {
    int sent = 12_000;
    assertThat(
            count(
                "one of six, sampled",
                seed -> new Rollouts(seed).harm(by(culprit(seed))).keepingOfGood(0.3).cells(sent),
                (seed, verdict) -> namesFirst(verdict, culprit(seed))))
        .isGreaterThanOrEqualTo(95);
    assertThat(
            count(
                "none, sampled",
                seed -> new Rollouts(seed).keepingOfGood(0.3).cells(sent),
                any(verdict -> verdict.worse().isEmpty())))
        .isGreaterThanOrEqualTo(95);
  }

  /**
   * A version that most traces of the time after ran with may still be suspected, and it is said
   * so.
   */
  @Test
  void whatCameWithTheTimeIsNoVersionsDoingForCertain() {
    for (Set<String> agents : List.of(Set.of("order", "support"), Set.of("order"))) {
      Harm outage = (renewed, agent, after) -> after && agents.contains(agent) ? DROP : 0;
      assertThat(
              count(
                  "time itself, of " + agents,
                  seed -> new Rollouts(seed).harm(outage).cells(TRACES),
                  any(verdict -> verdict.worse().stream().allMatch(Finding::onlyByTime))))
          .isGreaterThanOrEqualTo(90);
    }
    Verdict verdict = verdict(new Rollouts(1).harm((renewed, agent, after) -> after ? DROP : 0));
    assertThat(verdict.worse()).isEmpty();
    assertThat(verdict.elsewhere().orElseThrow().size()).isCloseTo(-DROP, within(0.03));
  }

  @Test
  void twoVersionsThatOnlyTogetherDoHarmAreNamedAsAPair() {
    assertThat(
            count(
                "pair",
                seed ->
                    new Rollouts(seed)
                        .harm(
                            (renewed, agent, after) ->
                                renewed.contains(Dimension.MODEL)
                                        && renewed.contains(Dimension.TOOL_SCHEMA)
                                    ? 2 * DROP
                                    : 0)
                        .cells(TRACES),
                any(verdict -> namesFirst(verdict, Dimension.MODEL, Dimension.TOOL_SCHEMA))))
        .isGreaterThanOrEqualTo(90);
  }

  @Test
  void twoVersionsThatDoHarmAreBothNamed() {
    Verdict verdict =
        verdict(
            new Rollouts(1)
                .harm(
                    (renewed, agent, after) ->
                        (renewed.contains(Dimension.MODEL) ? 0.15 : 0)
                            + (renewed.contains(Dimension.TOOL_SCHEMA) ? DROP : 0)));
    assertThat(verdict.worse())
        .extracting(finding -> finding.change().toString())
        .containsExactlyInAnyOrder("model new", "tool schema new");
  }

  @Test
  void aChangeOfWhoIsAskedIsNoVersionsDoing() {
    Verdict verdict = verdict(new Rollouts(3));
    assertThat(verdict.difference().size()).isLessThan(0);
    assertThat(verdict.worse()).isEmpty();
  }

  @Test
  void versionsThatAlwaysCameTogetherAreSaidToBeAlike() {
    Verdict verdict =
        verdict(
            new Rollouts(1)
                .alwaysTogether(0.6)
                .unchanged(Dimension.AGENT, Dimension.PROMPT, Dimension.FRAMEWORK)
                .harm(by(Dimension.MEMORY_INDEX)));
    Finding finding = verdict.worse().get(0);
    assertThat(finding.change()).hasToString("model new");
    assertThat(finding.alike())
        .extracting(Change::toString)
        .containsExactly("tool schema new", "memory index new");
    assertThat(finding.onlyByTime()).isFalse();
    assertThat(verdict.worse()).hasSize(1);
  }

  @Test
  void whatWasRolledOutToAllAtOnceIsNamedWithTheCaveatThatOnlyTimeSpeaksForIt() {
    Verdict verdict = verdict(new Rollouts(1).atOnce(Dimension.MODEL).harm(by(Dimension.MODEL)));
    Finding finding = verdict.worse().get(0);
    assertThat(finding.change()).hasToString("model new");
    assertThat(finding.onlyByTime()).isTrue();
    assertThat(finding.replaced()).extracting(Version::toString).containsExactly("model old");
  }

  @Test
  void anEffectIsAsLargeAsItIs() {
    Verdict verdict = verdict(new Rollouts(7).harm(by(Dimension.MEMORY_INDEX)));
    Finding finding = verdict.worse().get(0);
    assertThat(finding.effect().size())
        .isCloseTo(-DROP, within(4 * finding.effect().standardError()));
    assertThat(finding.effect().standardError()).isBetween(0.005, 0.03);
    assertThat(finding.explains())
        .isCloseTo(finding.effect().size() * (finding.after() - finding.before()), within(1e-12));
    assertThat(finding.rivals()).isEmpty();
    assertThat(finding.onlyByTime()).isFalse();
  }

  @Test
  void aChangeForTheBetterIsNotCalledARegression() {
    Verdict verdict =
        verdict(
            new Rollouts(5)
                .harm((renewed, agent, after) -> renewed.contains(Dimension.MODEL) ? -DROP : 0));
    assertThat(verdict.worse()).isEmpty();
    assertThat(verdict.better())
        .extracting(finding -> finding.change().toString())
        .containsExactly("model new");
  }

  @Test
  void fewerTracesThanAreLookedAtProveNothing() {
    List<Cell> cells = new Rollouts(2).harm(by(Dimension.MODEL)).cells(30);
    assertThat(Bisection.search(cells, Criteria.usual(true)).comparisons()).isZero();
    assertThat(Bisection.search(List.of(), Criteria.usual(true)).worse()).isEmpty();
  }
}
