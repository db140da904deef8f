package dev.recount.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.options.KafkaOptions;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import dev.recount.cli.sql.ClickHouse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recount status}. */
@Command(
    name = "status",
    header = "Show health, consumer lag and counts.",
    description = {
      "Show how the pipeline is: health of each role, records that consumers have yet to process,"
          + " rows in ClickHouse.",
      "",
      "Exits with 1 when a role is not ready or a server does not answer."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount status",
      "  recount status --format json | jq .lag",
      "  recount status --health-url http://receiver:8090 --health-url http://sinks:8090"
    })
public final class StatusCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Mixin private final KafkaOptions kafkaOptions = new KafkaOptions();
  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();

  @Option(
      names = "--health-url",
      paramLabel = "URL",
      split = ",",
      defaultValue = "${env:RECOUNT_HEALTH_URL:-http://127.0.0.1:8090}",
      description =
          "Recount's own HTTP servers, several with commas (RECOUNT_HEALTH_URL). Default: @|bold ${DEFAULT-VALUE}|@")
  private List<String> healthUrls = List.of();

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}. Default: @|bold ${DEFAULT-VALUE}|@")
  private Format format = Format.TEXT;

  /** How the status is printed. */
  enum Format {
    /** Tables, for people. */
    TEXT,
    /** One document, for machines. */
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final JsonMapper json = JsonMapper.builder().build();

  @Override
  public Integer call() {
    ObjectNode status = json.createObjectNode();
    boolean ready = new RoleHealth().of(healthUrls, status.putObject("roles"));
    ready &= section(status, "lag", lag -> PipelineLag.of(kafkaOptions.connection(), lag));
    ready &= section(status, "rows", this::rows);
    if (format == Format.JSON) {
      spec.commandLine().getOut().println(status.toPrettyString());
    } else {
      print(status);
    }
    return ready ? ExitCodes.DONE : ExitCodes.FAILED;
  }

  /** Something to ask that may not answer. */
  private interface Section {
    void fill(ObjectNode into);
  }

  /** One server that is down must not hide what the others say. */
  private static boolean section(ObjectNode status, String name, Section section) {
    ObjectNode into = status.putObject(name);
    try {
      section.fill(into);
      return true;
    } catch (UserError failed) {
      into.put("error", failed.getMessage());
      return false;
    }
  }

  private void rows(ObjectNode rows) {
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions)) {
      String views =
          "SELECT name FROM system.tables WHERE database = currentDatabase()"
              + " AND endsWith(name, '_latest') ORDER BY name";
      for (JsonNode view : clickHouse.rows(views, Map.of())) {
        String name = view.path("name").asText();
        for (JsonNode row :
            clickHouse.rows("SELECT count() AS found FROM `" + name + "`", Map.of())) {
          rows.put(name, row.path("found").asLong());
        }
      }
    }
  }

  private void print(ObjectNode status) {
    TextTable roles = TextTable.of("role", "ready", "detail");
    status
        .path("roles")
        .properties()
        .forEach(
            role ->
                roles.row(
                    role.getKey(),
                    role.getValue().path("ready").asBoolean() ? "yes" : "NO",
                    role.getValue().path("detail").asText()));
    say(roles.lines());
    TextTable lag = TextTable.of("consumer", "topic", "records behind").numbers("records behind");
    for (Map.Entry<String, JsonNode> group : status.path("lag").properties()) {
      for (Map.Entry<String, JsonNode> topic : group.getValue().properties()) {
        lag.row(group.getKey(), topic.getKey(), Text.count(topic.getValue().asLong()));
      }
    }
    say(errorOr(status.path("lag"), lag));
    TextTable rows = TextTable.of("view", "rows").numbers("rows");
    status
        .path("rows")
        .properties()
        .forEach(row -> rows.row(row.getKey(), Text.count(row.getValue().asLong())));
    say(errorOr(status.path("rows"), rows));
  }

  private static List<String> errorOr(JsonNode section, TextTable table) {
    return section.has("error") ? List.of(section.path("error").asText()) : table.lines();
  }

  private void say(List<String> lines) {
    lines.forEach(spec.commandLine().getOut()::println);
    spec.commandLine().getOut().println();
  }
}
