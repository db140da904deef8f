package dev.recount.cli.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.demo.DemoStack;
import dev.recount.cli.deploy.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every query of the dashboards, on the demo's data. What the data source's macros do is done here.
 */
@ExtendWith(DemoStack.Provider.class)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class GrafanaTest {
  private static final Path FOLDER = Repository.root().resolve("deploy/grafana/dashboards");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern TIME_FILTER = Pattern.compile("\\$__timeFilter\\((\\w+)\\)");
  private static final Pattern TIME_INTERVAL = Pattern.compile("\\$__timeInterval\\((\\w+)\\)");
  private static final Pattern CONDITIONAL =
      Pattern.compile(
          "\\$__conditionalAll\\((has\\(extractAll\\('\\$\\{(\\w+):percentencode}',"
              + " 'x\\[0-9A-F]\\*'\\), concat\\('x', hex\\(\\w+\\)\\)\\)), \\$(\\w+)\\)");

  /** A query with where it stands. */
  record Panel(String dashboard, String title, String type, String sql) {
    @Override
    public String toString() {
      return dashboard + ": " + title;
    }
  }

  static List<Panel> panels() throws IOException {
    List<Panel> panels = new ArrayList<>();
    for (JsonNode dashboard : dashboards()) {
      String title = dashboard.path("title").asText();
      for (JsonNode panel : dashboard.path("panels")) {
        for (JsonNode target : panel.path("targets")) {
          panels.add(
              new Panel(
                  title,
                  panel.path("title").asText(),
                  panel.path("type").asText(),
                  target.path("rawSql").asText()));
        }
      }
      for (JsonNode variable : dashboard.path("templating").path("list")) {
        if (variable.path("type").asText().equals("query")) {
          panels.add(
              new Panel(
                  title,
                  "variable " + variable.path("name").asText(),
                  "table",
                  variable.path("query").asText()));
        }
      }
    }
    return panels;
  }

  private static List<JsonNode> dashboards() throws IOException {
    List<JsonNode> dashboards = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) {
        dashboards.add(JSON.readTree(file.toFile()));
      }
    }
    return dashboards;
  }

  @ParameterizedTest
  @MethodSource("panels")
  void returnsRowsWithAndWithoutAChoice(Panel panel, DemoStack stack) {
    List<JsonNode> all = stack.clickHouse().rows(expand(panel.sql(), Map.of()), Map.of());
    assertThat(all).isNotEmpty();
    if (panel.type().equals("timeseries")) {
      assertThat(all)
          .allSatisfy(row -> assertThat(row.path("time").asText()).startsWith("2"))
          .allSatisfy(row -> assertThat(row.size()).isGreaterThanOrEqualTo(2));
    }
    // One that is chosen must not break the query; that it leaves rows is another's matter.
    var chosen =
        stack
            .clickHouse()
            .rows(expand(panel.sql(), Map.of("agent", "it's", "environment", "demo")), Map.of());
    assertThat(chosen.size()).isLessThanOrEqualTo(all.size());
  }

  @Test
  void dashboardsAreOfOurDataSourceAndTellThemselvesApart() throws IOException {
    Set<String> ids = new HashSet<>();
    for (JsonNode dashboard : dashboards()) {
      assertThat(ids.add(dashboard.path("uid").asText())).isTrue();
      Set<Integer> panels = new HashSet<>();
      for (JsonNode panel : dashboard.path("panels")) {
        assertThat(panels.add(panel.path("id").asInt())).isTrue();
        for (JsonNode target : panel.path("targets")) {
          assertThat(target.path("datasource").path("uid").asText()).isEqualTo("recount");
        }
      }
    }
    assertThat(ids)
        .containsExactlyInAnyOrder(
            "recount-agents",
            "recount-versions",
            "recount-context",
            "recount-judgements",
            "recount-pipeline");
    String source =
        Files.readString(
            Repository.root().resolve("deploy/grafana/provisioning/datasources/clickhouse.yaml"));
    assertThat(source).contains("uid: recount", "type: grafana-clickhouse-datasource");
  }

  /**
   * Names go by their bytes in hexadecimal: no format of Grafana's writes every text as ClickHouse
   * reads it, a backslash least of all.
   */
  @Test
  void whateverANameHoldsItIsFoundByItsChoice(DemoStack stack) throws IOException {
    List<String> names = new ArrayList<>();
    for (Panel panel : panels()) {
      if (!panel.title().equals("variable agent")) {
        continue;
      }
      for (JsonNode row : stack.clickHouse().rows(expand(panel.sql(), Map.of()), Map.of())) {
        String name = row.path("name").asText();
        names.add(name);
        assertThat(row.path("id").asText()).isEqualTo(id(name));
        String counted =
            "SELECT count() AS n FROM traces_latest WHERE $__conditionalAll(has(extractAll("
                + "'${agent:percentencode}', 'x[0-9A-F]*'), concat('x', hex(agent_name))), $agent)";
        assertThat(stack.clickHouse().rows(expand(counted, Map.of("agent", name)), Map.of()).get(0))
            .isEqualTo(
                stack
                    .clickHouse()
                    .rows(
                        "SELECT count() AS n FROM traces_latest WHERE agent_name = {name:String}",
                        Map.of("name", name))
                    .get(0));
      }
    }
    assertThat(names).anyMatch(name -> name.contains("\\")).anyMatch(name -> name.contains("'"));
  }

  private static String id(String name) {
    return "x" + HexFormat.of().withUpperCase().formatHex(name.getBytes(StandardCharsets.UTF_8));
  }

  /** The choice of one name, as Grafana writes a variable of several values. */
  private static String percentEncoded(@Nullable String name) {
    return "%7B" + id(String.valueOf(name)) + "%7D";
  }

  /** As the data source does. */
  private static String expand(String sql, Map<String, String> chosen) {
    long now = Instant.now().plus(Duration.ofHours(1)).getEpochSecond();
    long from = now - Duration.ofDays(7).toSeconds();
    String expanded =
        TIME_FILTER
            .matcher(sql)
            .replaceAll("$1 >= toDateTime(" + from + ") AND $1 <= toDateTime(" + now + ")");
    expanded =
        TIME_INTERVAL
            .matcher(expanded)
            .replaceAll("toStartOfInterval(toDateTime($1), INTERVAL 3600 second)");
    expanded =
        CONDITIONAL
            .matcher(expanded)
            .replaceAll(
                match ->
                    chosen.containsKey(match.group(2))
                        ? match
                            .group(1)
                            .replace(
                                "${" + match.group(2) + ":percentencode}",
                                percentEncoded(chosen.get(match.group(2))))
                        : "1=1");
    assertThat(expanded).doesNotContain("$");
    return expanded;
  }
}
