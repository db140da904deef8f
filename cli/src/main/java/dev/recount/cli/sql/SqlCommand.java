package dev.recount.cli.sql;

import dev.recount.cli.UserError;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.output.Terminal;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recount sql}. */
@Command(
    name = "sql",
    header = "Ask in SQL.",
    description = {
      "Run one SQL statement in ClickHouse and print what it returns.",
      "",
      "The tables are decisions, traces, spans, context_snapshots, feedback, evaluations, alerts"
          + " and dead_letters. Ask their views (decisions_latest, traces_latest, …): they show each"
          + " row once, as it is now."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount sql \"SHOW TABLES\"",
      "  recount sql \"DESCRIBE decisions_latest\"",
      "  recount sql \"SELECT kind, count() AS decisions FROM decisions_latest GROUP BY kind\"",
      "  recount sql --param tool=inventory \\%n"
          + "    \"SELECT trace_id FROM traces_latest WHERE has(tools, {tool:String})\"",
      "  recount sql --format csv \"SELECT * FROM traces_latest\" > traces.csv",
      "  recount sql - < question.sql"
    })
public final class SqlCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SQL",
      description = "The statement; read from standard input when it is missing or -.")
  private @Nullable String statement;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}. Default: @|bold ${DEFAULT-VALUE}|@")
  private OutputFormat format = OutputFormat.TABLE;

  @Option(
      names = {"-p", "--param"},
      paramLabel = "NAME=VALUE",
      description = "Value of a parameter that the statement names as {NAME:Type}.")
  private final Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--write",
      description =
          "Accept statements that change data or reach outside the database; otherwise refused.")
  private boolean write;

  @Override
  public void run() {
    String sql = statement == null || statement.equals("-") ? fromStandardInput() : statement;
    Optional<String> refusal = SqlGuard.refusal(sql, clickHouseOptions.target().database(), write);
    if (refusal.isPresent()) {
      throw new ParameterException(spec.commandLine(), refusal.get());
    }
    ClickHouse.Query query = new ClickHouse.Query(withoutSemicolon(sql), parameters, write);
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions)) {
      if (format.passedThrough()) {
        stream(clickHouse, query);
      } else {
        print(clickHouse.table(query, ClickHouse.MOST_ROWS_FOR_PEOPLE));
      }
    }
  }

  private void print(QueryResult result) {
    if (result.columns().isEmpty()) {
      return; // a statement without a result
    }
    RowPrinter printer = new RowPrinter(Terminal.ofThisProcess());
    List<String> lines =
        format == OutputFormat.VERTICAL ? printer.vertical(result) : printer.table(result);
    lines.forEach(spec.commandLine().getOut()::println);
  }

  private void stream(ClickHouse clickHouse, ClickHouse.Query query) {
    // Bytes as they come: a character set in between could only do harm.
    try (OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out))) {
      clickHouse.stream(query, format.wire(), out);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String fromStandardInput() {
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UserError(
          "Cannot read the statement from standard input: " + failed.getMessage(), null, failed);
    }
  }

  private static String withoutSemicolon(String sql) {
    String text = sql.strip();
    while (text.endsWith(";")) {
      text = text.substring(0, text.length() - 1).strip();
    }
    return text;
  }
}
