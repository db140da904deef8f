package dev.recount.web.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFilterTest {
  private static final String HOSTILE = "x') OR 1=1 --\\\t\n{p0:String}";

  @Test
  void noValueBecomesPartOfTheStatement() {
    Map<String, List<String>> values = new HashMap<>();
    TraceFilter.TEXTS.forEach(column -> values.put(column, List.of(HOSTILE)));
    for (String name : List.of("tool", "flag", "evaluator", "q", "failed_tool")) {
      values.put(name, List.of(HOSTILE));
    }
    values.put("in", List.of("steps"));
    values.put("also", List.of("tool=" + URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8)));
    Parameters parameters = new Parameters(values);
    TraceFilter filter = new TraceFilter(parameters);
    parameters.finish();
    RecordingTables tables = new RecordingTables(question -> List.of());
    Sql sql = new Sql();
    sql.run(tables, Sql.where(filter.conditions(sql)));
    RecordingTables.Asked asked = tables.asked().get(0);
    assertThat(asked.sql()).doesNotContain("OR 1=1", "--", "\\");
    assertThat(asked.parameters()).containsValue(HOSTILE);
  }

  @Test
  void namesAllHaveToHoldAndValuesAreAlternatives() {
    assertThat(conditions(Map.of("agent_version", List.of("2.4.0", "2.4.1"), "tool", List.of("a"))))
        .containsExactlyInAnyOrder(
            "agent_version IN ({p0:String}, {p1:String})", "hasAny(tools, [{p2:String}])");
    assertThat(conditions(Map.of("escalated", List.of("true"), "feedback", List.of("bad"))))
        .containsExactly("escalated = true", "feedback_score < 0.5");
    assertThat(conditions(Map.of("verdict", List.of("failed"))))
        .singleElement()
        .asString()
        .contains("NOT pass", "evaluation_passed");
  }

  @Test
  void aFilterWithinHasToHoldBesideTheOthers() {
    assertThat(conditions(Map.of("tool", List.of("a"), "also", List.of("tool=b&tool=c"))))
        .containsExactly(
            "hasAny(tools, [{p0:String}])", "hasAny(tools, [{p1:String}, {p2:String}])");
  }

  @Test
  void aNameThatWasCutToBeShownFindsAllThatBeginsSo() {
    String cut = "\ud83d\ude80".repeat(Sql.NAME);
    assertThat(conditions(Map.of("model", List.of(cut, "short"))))
        .containsExactly("(model IN ({p0:String}) OR startsWith(model, {p1:String}))");
    assertThat(conditions(Map.of("tool", List.of(cut))))
        .containsExactly("arrayExists(each -> startsWith(each, {p0:String}), tools)");
  }

  @Test
  void whatLooksLikeAnIdIsLookedForAsOne() {
    assertThat(conditions(Map.of("q", List.of("4BF9-2f35"))))
        .singleElement()
        .asString()
        .contains("startsWith(trace_id");
    assertThat(conditions(Map.of("q", List.of("inventory"))))
        .singleElement()
        .asString()
        .doesNotContain("startsWith", "decisions_latest");
    assertThat(conditions(Map.of("q", List.of("inventory"), "in", List.of("steps"))))
        .singleElement()
        .asString()
        .contains("FROM decisions_latest");
  }

  @ParameterizedTest
  @CsvSource({
    "escalated, yes",
    "feedback, wonderful",
    "from, yesterday",
    "min_duration_ms, -1",
    "min_duration_ms, 1.5",
    "agent_verison, 1",
  })
  void whatCannotBeTakenIsNamed(String name, String value) {
    Parameters parameters = new Parameters(Map.of(name, List.of(value)));
    assertThatExceptionOfType(BadParameter.class)
        .isThrownBy(
            () -> {
              var unused = new TraceFilter(parameters);
              parameters.finish();
            })
        .satisfies(wrong -> assertThat(wrong.name()).isEqualTo(name));
  }

  @Test
  void timesAreTakenInWordsAndInMicroseconds() {
    TraceFilter filter =
        new TraceFilter(
            new Parameters(
                Map.of(
                    "from", List.of("2026-11-20T00:00:00.5Z"), "to", List.of("1795107013522000"))));
    assertThat(filter.from()).hasValue(1_795_132_800_500_000L);
    assertThat(filter.to()).hasValue(1_795_107_013_522_000L);
  }

  private static List<String> conditions(Map<String, List<String>> values) {
    return new ArrayList<>(new TraceFilter(new Parameters(values)).conditions(new Sql()));
  }
}
