package dev.recount.cli.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.sql.ClickHouse;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recount trace}. */
@Command(
    name = "trace",
    header = "Tell the story of one trace.",
    description = {
      "Tell the story of one trace: steps, decisions, context, evaluations, feedback.",
      "",
      "➜ marks the step in which a failed trace went off, ⚑ a warning, ✗ an error, ◆ the verdict of"
          + " an evaluator, ★ feedback. The gauge shows how full the context window was."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount trace 4bf92f3577b34da6a3ce929d0e0e4736",
      "  recount trace 4bf92f                    the first six digits or more will do",
      "  recount trace 4bf92f --format json | jq '.decisions[] | select(.status == \"error\")'"
    })
public final class TraceCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();

  @Parameters(
      index = "0",
      paramLabel = "TRACE_ID",
      description = "32 hexadecimal digits, or at least the first six of them.")
  private String traceId = "";

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}. Default: @|bold ${DEFAULT-VALUE}|@")
  private Format format = Format.TEXT;

  /** How the trace is printed. */
  enum Format {
    /** A story, for people. */
    TEXT,
    /** Every row and column, for machines. */
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public void run() {
    TraceRows rows;
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions)) {
      rows = TraceRows.load(clickHouse, traceId);
    }
    if (format == Format.JSON) {
      spec.commandLine().getOut().println(json(rows));
      return;
    }
    Terminal terminal = Terminal.ofThisProcess();
    Story.tell(rows, new Paint(terminal.colours()), terminal.columns())
        .forEach(spec.commandLine().getOut()::println);
  }

  static String json(TraceRows rows) {
    JsonMapper json = JsonMapper.builder().build();
    ObjectNode all = json.createObjectNode();
    all.set("trace", rows.trace().columns());
    add(all.putArray("decisions"), rows.decisions());
    add(all.putArray("context_snapshots"), rows.snapshots());
    add(all.putArray("feedback"), rows.feedback());
    add(all.putArray("evaluations"), rows.evaluations());
    try {
      return json.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("A tree of JSON cannot be written as JSON", impossible);
    }
  }

  private static void add(ArrayNode array, List<Row> rows) {
    rows.forEach(row -> array.add(row.columns()));
  }
}
