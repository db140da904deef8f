package dev.recount.cli.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.demo.DemoStack;
import dev.recount.cli.demo.UnusualTraces;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page is told, held to what the tables say. */
@ExtendWith(DemoStack.Provider.class)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class PageTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http = HttpClient.newHttpClient();
  private final DemoStack stack;

  PageTest(DemoStack stack) {
    this.stack = stack;
  }

  @Test
  void pagesOfTheListAreAllTracesOnceEachTheLatestFirst() throws Exception {
    List<String> found = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = get("/traces?limit=40" + after);
      page.path("traces").forEach(row -> found.add(row.path("trace_id").asText()));
      after = page.has("next") ? "&after=" + encode(page.path("next").asText()) : "";
    } while (!after.isEmpty());
    assertThat(found)
        .containsExactlyElementsOf(
            texts("SELECT trace_id AS v FROM traces_latest ORDER BY started_at DESC, v DESC"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status=error | status = 'error'",
        "agent_version=2.4.1&tool=inventory | agent_version = '2.4.1' AND has(tools, 'inventory')",
        "agent_version=2.4.0&agent_version=2.4.1 | agent_version IN ('2.4.0', '2.4.1')",
        "memory_index_version= | memory_index_version = ''",
        "flag=tool_loop | has(flags, 'tool_loop')",
        "escalated=true | escalated",
        "rolled_back=false | NOT rolled_back",
        "retained=true | retained",
        "feedback=bad | feedback_score < 0.5",
        "feedback=none | empty(feedback_ids)",
        "evaluator=groundedness | has(evaluation_names, 'groundedness')",
        "verdict=failed | arrayExists(p -> ifNull(p = 0, 0), evaluation_passed)",
        "min_duration_ms=5000 | dateDiff('millisecond', started_at, ended_at) >= 5000",
        "q=inventory | has(tools, 'inventory')",
        "q=TIMEOUT | error_type = 'TimeoutError'",
        "in=steps&q=product number | trace_id IN (SELECT trace_id FROM decisions_latest WHERE"
            + " positionCaseInsensitive(concat(name, rationale, chosen, tool_arguments,"
            + " tool_result, actual_outcome, error_message), 'product number') > 0)",
      })
  void filtersMeanWhatTheySay(String query, String condition) throws Exception {
    String encoded = query.replace(" ", "%20");
    Set<String> listed = new HashSet<>();
    get("/traces?limit=200&" + encoded)
        .path("traces")
        .forEach(row -> listed.add(row.path("trace_id").asText()));
    List<String> expected = texts("SELECT trace_id AS v FROM traces_latest WHERE " + condition);
    assertThat(listed).containsExactlyInAnyOrderElementsOf(expected);
    JsonNode histogram = get("/traces/histogram?" + encoded);
    assertThat(histogram.path("total").asInt()).isEqualTo(expected.size());
    int columns = 0;
    for (JsonNode column : histogram.path("columns")) {
      columns += column.path("total").asInt();
    }
    // Where there are others, a trace whose clock cannot be right is in no column.
    int outside = histogram.path("outside").asInt();
    assertThat(columns + outside).isEqualTo(expected.size());
    assertThat(outside)
        .isLessThanOrEqualTo(
            texts("SELECT trace_id AS v FROM traces_latest WHERE has(flags, 'implausible_time')")
                .size());
    assertThat(get("/traces/choices?" + encoded).has("agent_version")).isTrue();
  }

  @Test
  void whatIsOfferedToFilterByFindsTraces() throws Exception {
    JsonNode choices = get("/traces/choices");
    assertThat(choices.path("tool")).hasSizeGreaterThan(5);
    for (Map.Entry<String, JsonNode> column : choices.properties()) {
      // The most frequent one; the rarest is as long as the hostile trace makes it.
      String value = column.getValue().path(0).asText();
      JsonNode found = get("/traces?limit=1&" + column.getKey() + "=" + encode(value));
      assertThat(found.path("traces")).as(column.getKey() + " " + value).isNotEmpty();
    }
  }

  @Test
  void aTraceIsToldAsTheTablesHaveIt() throws Exception {
    String traceId =
        texts("SELECT trace_id AS v FROM traces_latest WHERE has(flags, 'tool_loop') LIMIT 1")
            .get(0);
    JsonNode story = get("/traces/" + traceId);
    assertThat(story.path("trace").path("agent_version").asText()).isNotEmpty();
    List<String> steps = new ArrayList<>();
    story.path("steps").forEach(step -> steps.add(step.path("decision_id").asText()));
    assertThat(steps)
        .containsExactlyElementsOf(
            texts(
                "SELECT decision_id AS v FROM decisions_latest WHERE trace_id = '"
                    + traceId
                    + "' ORDER BY step, decision_id"));
    assertThat(steps).contains(story.path("trace").path("suspect_decision_id").asText());
    JsonNode step =
        get("/traces/" + traceId + "/step?decision_id=" + encode(steps.get(steps.size() - 1)));
    assertThat(step.path("step").path("considered")).isNotEmpty();
    assertThat(step.path("step").path("rationale").asText()).isNotEmpty();
    assertThat(step.path("snapshot").path("tokens_by_kind")).isNotEmpty();
    assertThat(get("/traces/" + traceId + "/spans").path("spans")).hasSizeGreaterThan(3);
  }

  @Test
  void whatTheModelSawComesFromTheArchive() throws Exception {
    String traceId =
        texts("SELECT trace_id AS v FROM traces_latest WHERE has(flags, 'tool_loop') LIMIT 1")
            .get(0);
    JsonNode snapshots = get("/traces/" + traceId).path("snapshots");
    String first = encode(snapshots.get(0).path("snapshot_id").asText());
    String second = encode(snapshots.get(1).path("snapshot_id").asText());
    JsonNode window = get("/traces/" + traceId + "/window?snapshot_id=" + second);
    assertThat(window.path("segments")).hasSize(snapshots.get(1).path("segment_count").asInt());
    assertThat(window.path("segments").get(0).path("messages").get(0).path("content").asText())
        .isNotEmpty();
    String request = send("/traces/" + traceId + "/request?snapshot_id=" + second).body();
    assertThat(JSON.readTree(request).path("messages")).hasSize(window.path("segments").size());
    JsonNode difference =
        get("/traces/" + traceId + "/difference?before=" + first + "&after=" + second);
    assertThat(difference.path("kept").asInt() + difference.path("added").size())
        .isEqualTo(window.path("segments").size());
    JsonNode grown = get("/traces/" + UnusualTraces.HOSTILE).path("snapshots");
    JsonNode added =
        get("/traces/"
                + UnusualTraces.HOSTILE
                + "/difference?before="
                + encode(grown.get(0).path("snapshot_id").asText())
                + "&after="
                + encode(grown.get(1).path("snapshot_id").asText()))
            .path("added");
    assertThat(added).hasSize(1);
    assertThat(added.get(0).path("kind").asText()).isEqualTo("ASSISTANT");
    HttpResponse<String> absent = send("/traces/" + traceId + "/window?snapshot_id=there-is-none");
    assertThat(absent.statusCode()).isEqualTo(404);
    assertThat(absent.body()).contains("no snapshot there-is-none");
  }

  @Test
  void aLongTraceComesWhole() throws Exception {
    JsonNode story = get("/traces/" + UnusualTraces.LONG);
    assertThat(story.path("trace").path("span_count").asInt()).isEqualTo(UnusualTraces.LENGTH);
    assertThat(story.path("steps")).hasSizeGreaterThanOrEqualTo(UnusualTraces.LENGTH - 1);
    assertThat(get("/traces/" + UnusualTraces.LONG + "/spans").path("spans"))
        .hasSize(UnusualTraces.LENGTH);
  }

  @Test
  void textOfAnyLengthAndKindIsGivenInPartAndWhole() throws Exception {
    JsonNode story = get("/traces/" + UnusualTraces.HOSTILE);
    String session = story.path("trace").path("session_id").asText();
    assertThat(session).startsWith("session\\t\t\n'");
    assertThat(get("/traces?session_id=" + encode(session)).path("traces")).hasSize(1);
    assertThat(get("/traces?q=" + encode(session)).path("traces")).hasSize(1);
    String decision =
        texts(
                "SELECT decision_id AS v FROM decisions_latest WHERE kind = 'TOOL_CALL' AND"
                    + " trace_id = '"
                    + UnusualTraces.HOSTILE
                    + "'")
            .get(0);
    String step = "/traces/" + UnusualTraces.HOSTILE + "/step";
    JsonNode detail = get(step + "?decision_id=" + encode(decision)).path("step");
    assertThat(detail.path("tool_result").asText())
        .hasSizeBetween(20_000, 20_100)
        .contains("<script>");
    long length = detail.path("tool_result_length").asLong();
    String whole = send(step + "/text?field=tool_result&decision_id=" + encode(decision)).body();
    assertThat((long) whole.codePointCount(0, whole.length()))
        .isEqualTo(length)
        .isGreaterThan(1_000_000);
  }

  @Test
  void versionsAreComparedByWhatTheTablesSay() throws Exception {
    JsonNode compared = get("/compare?dimension=agent_version&a=2.4.0&b=2.4.1");
    for (String side : List.of("a", "b")) {
      String version = compared.path(side).path("version").asText();
      JsonNode row =
          stack
              .clickHouse()
              .rows(
                  "SELECT count() AS traces, countIf(status = 'error') AS failed,"
                      + " avg(total_tokens) AS tokens FROM traces_latest"
                      + " WHERE agent_version = {v:String}",
                  Map.of("v", version))
              .get(0);
      assertThat(compared.path(side).path("traces").asLong())
          .isEqualTo(row.path("traces").asLong());
      JsonNode failed = measure(compared, "failed").path(side);
      assertThat(failed.path("count").asLong()).isEqualTo(row.path("failed").asLong());
      assertThat(failed.path("low").asDouble()).isLessThan(failed.path("value").asDouble());
      assertThat(measure(compared, "total_tokens").path(side).path("value").asDouble())
          .isCloseTo(row.path("tokens").asDouble(), within(1e-6));
    }
    assertThat(compared.path("tools")).isNotEmpty();
    assertThat(compared.path("evaluators")).isNotEmpty();
    JsonNode calibration = compared.path("calibration").path("a");
    long decisions = 0;
    for (JsonNode bin : calibration.path("bins")) {
      decisions += bin.path("decisions").asLong();
    }
    assertThat(decisions).isEqualTo(calibration.path("decisions").asLong()).isPositive();
    assertThat(get("/compare?a=nothing&b=less").path("a").path("traces").asInt()).isZero();
    JsonNode versions = get("/versions?agent_name=order-agent");
    assertThat(versions.path("versions")).hasSize(2);
  }

  /** Whatever else is asked: either status, a tool, and both by names that numbers need, too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "&tool=inventory&evaluator=groundedness&status=ok&status=error&min_confidence=0.5",
      })
  void everyNumberOfAComparisonFindsTheTracesBehindIt(String asked) throws Exception {
    JsonNode compared = get("/compare?a=2.4.0&b=2.4.1" + asked);
    for (String side : List.of("a", "b")) {
      String of = "agent_version=" + compared.path(side).path("version").asText() + asked;
      Set<String> all = found(of, compared.path(side));
      assertThat(all.size()).isEqualTo(compared.path(side).path("traces").asInt());
      for (JsonNode measure : compared.path("measures")) {
        JsonNode told = measure.path(side);
        if (!told.isMissingNode()) {
          assertThat(found(of, told).size())
              .as(measure.path("name").asText())
              .isEqualTo(told.path(told.has("count") ? "count" : "of").asInt());
        }
      }
      for (JsonNode tool : compared.path("tools")) {
        String name = tool.path("name").asText();
        JsonNode used = tool.path("used").path(side);
        assertThat(found(of, used).size()).as(name).isEqualTo(used.path("count").asInt());
        JsonNode failed = tool.path("failed").path(side);
        if (!failed.isMissingNode()) {
          assertThat(found(of, failed))
              .as(name)
              .isEqualTo(
                  among(
                      all,
                      "SELECT DISTINCT trace_id AS v FROM decisions_latest WHERE kind ="
                          + " 'TOOL_CALL' AND status = 'error' AND tool_name = '"
                          + name
                          + "'"));
        }
      }
      for (JsonNode evaluator : compared.path("evaluators")) {
        String name = evaluator.path("name").asText();
        JsonNode failed = evaluator.path("failed").path(side);
        if (!failed.isMissingNode()) {
          assertThat(found(of, failed))
              .as(name)
              .isEqualTo(
                  among(
                      all,
                      "SELECT trace_id AS v FROM traces_latest WHERE arrayExists((n, p) -> n = '"
                          + name
                          + "' AND p = false, evaluation_names, evaluation_passed)"));
        }
      }
      for (JsonNode bin : compared.path("calibration").path(side).path("bins")) {
        int tenth = (int) Math.min(9, Math.floor(bin.path("stated").asDouble() * 10 + 1e-9));
        assertThat(found(of, bin))
            .isEqualTo(
                among(
                    all,
                    "SELECT DISTINCT trace_id AS v FROM decisions_latest WHERE confidence >= "
                        + tenth
                        + " / 10 AND (confidence < "
                        + (tenth + 1)
                        + " / 10 OR "
                        + (tenth == 9)
                        + ")"));
      }
    }
  }

  /** The traces that a number leads to: what was asked, and beside it the filter of the number. */
  private Set<String> found(String asked, JsonNode told) throws Exception {
    Set<String> found = new TreeSet<>();
    get("/traces?limit=200&" + asked + "&also=" + encode(told.path("filter").asText()))
        .path("traces")
        .forEach(row -> found.add(row.path("trace_id").asText()));
    return found;
  }

  private Set<String> among(Set<String> traces, String sql) {
    Set<String> found = new TreeSet<>(texts(sql));
    found.retainAll(traces);
    return found;
  }

  @Test
  void theSearchForARegressionIsThatOfTheCommand() throws Exception {
    JsonNode found = get("/bisect?measure=error&environment=demo");
    assertThat(found.path("measure").asText()).isEqualTo("error");
    long traces = 0;
    for (JsonNode interval : found.path("course")) {
      traces += interval.path("traces").asLong();
    }
    assertThat(traces)
        .isEqualTo(
            found.path("before").path("traces").asLong()
                + found.path("after").path("traces").asLong())
        .isEqualTo(
            texts("SELECT trace_id AS v FROM traces_latest WHERE environment = 'demo'").size());
    JsonNode worst = found.path("findings").path(0).path("versions").path(0);
    assertThat(worst.path("name").asText()).isEqualTo("order-agent");
    assertThat(worst.path("version").asText()).isEqualTo("2.4.1");
    HttpResponse<String> nothing = send("/bisect?agent_name=nobody");
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.body()).contains("No settled trace");
  }

  private static JsonNode measure(JsonNode compared, String name) {
    for (JsonNode measure : compared.path("measures")) {
      if (measure.path("name").asText().equals(name)) {
        return measure;
      }
    }
    throw new AssertionError("No measure " + name);
  }

  @Test
  void everyTextOfTheHostileTraceIsHostile() throws Exception {
    JsonNode story = get("/traces/" + UnusualTraces.HOSTILE);
    JsonNode branch = null;
    for (JsonNode step : story.path("steps")) {
      branch = step.path("kind").asText().equals("BRANCH") ? step : branch;
    }
    assertThat(branch).isNotNull();
    JsonNode detail =
        get(
            "/traces/"
                + UnusualTraces.HOSTILE
                + "/step?encoded="
                // It holds control characters, which no address may.
                + encode("decision_id=" + encode(branch.path("decision_id").asText())));
    List<JsonNode> parts = new ArrayList<>(List.of(story.path("trace"), detail.path("step")));
    assertThat(detail.path("snapshot").isObject()).isTrue();
    parts.add(detail.path("snapshot"));
    story.path("feedback").forEach(parts::add);
    for (JsonNode evaluation : story.path("evaluations")) {
      // Recount's own evaluators judge the trace as well, in words of theirs.
      if (!evaluation.path("evaluator").asText().matches("\\w+@\\d+")) {
        parts.add(evaluation);
      }
    }
    assertThat(story.path("feedback")).hasSizeGreaterThan(10);
    assertThat(parts.size()).isGreaterThan(story.path("feedback").size() + 4);
    for (JsonNode part : parts) {
      for (Map.Entry<String, JsonNode> field : part.properties()) {
        String text = field.getValue().asText();
        if (field.getValue().isTextual()
            && !text.isEmpty()
            && !OWN_WORDS.contains(field.getKey())) {
          assertThat(text.codePoints().anyMatch(PageTest::isHostile))
              .as(field.getKey() + ": " + text)
              .isTrue();
        }
      }
    }
  }

  /** Of markup, of text from right to left, or of an emoji. */
  private static boolean isHostile(int codePoint) {
    return codePoint == '<' || (codePoint >= 0x590 && codePoint <= 0x6ff) || codePoint > 0x1f000;
  }

  /** What comes from a list of Recount's own, or is an ID of digits. */
  private static final Set<String> OWN_WORDS =
      Set.of(
          "trace_id",
          "parent_id",
          "span_id",
          "status",
          "kind",
          "phase",
          "boundary",
          "retained_by",
          "suspect_decision_id",
          "base_snapshot_id",
          "evaluation_id");

  @Test
  void nowTellsOfRolesAndLag() throws Exception {
    JsonNode pipeline = get("/now").path("pipeline");
    assertThat(pipeline.path("roles").path("topology").path("ready").asBoolean()).isTrue();
    assertThat(pipeline.path("lag").path("topology")).isNotEmpty();
  }

  private JsonNode get(String call) throws Exception {
    HttpResponse<String> answer = send(call);
    assertThat(answer.statusCode()).as(call + ": " + answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> send(String call) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(stack.pipeline().controlUrl() + "/api/v1" + call))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private List<String> texts(String sql) {
    return stack.clickHouse().rows(sql, Map.of()).stream()
        .map(row -> row.path("v").asText())
        .toList();
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
