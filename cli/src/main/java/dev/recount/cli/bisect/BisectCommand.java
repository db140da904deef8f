package dev.recount.cli.bisect;

import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.trace.Paint;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code recount bisect}. */
@Command(
    name = "bisect",
    header = "Find the version change that explains a regression.",
    description = {
      "Find out which change of a version made things worse: of agent, model, prompt, tool schema,"
          + " memory index or framework, or of two of them that only together do harm.",
      "",
      "Compares settled traces before and after a change, each weighing as many as it stands for,"
          + " and tells apart versions that were rolled out together as far as the data allow."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount bisect                                 outcomes of the last 14 days",
      "  recount bisect --measure error --agent order-agent",
      "  recount bisect --measure score --evaluator groundedness --from 7d",
      "  recount bisect --measure latency --change 2026-11-20T14:30 --format json"
    })
public final class BisectCommand implements Runnable {
  private static final Duration USUAL_TIME = Duration.ofDays(14);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();

  @Option(
      names = {"-m", "--measure"},
      paramLabel = "MEASURE",
      defaultValue = "outcome",
      description =
          "What got worse: outcome (the last OUTCOME feedback of a trace), score (of evaluators),"
              + " error, cost or latency. Default: @|bold ${DEFAULT-VALUE}|@")
  private Measure measure = Measure.OUTCOME;

  @Option(
      names = "--evaluator",
      paramLabel = "NAME",
      defaultValue = "",
      description = "With --measure score: the evaluator whose scores count. Default: all")
  private String evaluator = "";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = PointInTime.class,
      description =
          "Look at traces from then on: 2026-11-20, 2026-11-20T14:30 in UTC, or 7d, 36h, 90m ago."
              + " Default: 14 days before --to")
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = PointInTime.class,
      description = "Look at traces until then. Default: now")
  private @Nullable Instant to;

  @Option(
      names = "--change",
      paramLabel = "TIME",
      converter = PointInTime.class,
      description =
          "Since when it is worse. Default: the moment at which the measure drops most sharply; the"
              + " middle of the traces where it never does")
  private @Nullable Instant change;

  @Option(
      names = "--agent",
      paramLabel = "NAME",
      defaultValue = "",
      description = "This agent only.")
  private String agent = "";

  @Option(
      names = "--service",
      paramLabel = "NAME",
      defaultValue = "",
      description = "This service only.")
  private String service = "";

  @Option(
      names = "--environment",
      paramLabel = "NAME",
      defaultValue = "",
      description = "This environment only.")
  private String environment = "";

  @Option(
      names = "--significance",
      paramLabel = "P",
      defaultValue = "0.01",
      description =
          "Probability of naming anything at all where no version made a difference. Default:"
              + " @|bold ${DEFAULT-VALUE}|@")
  private double significance;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}. Default: @|bold ${DEFAULT-VALUE}|@")
  private Format format = Format.TEXT;

  /** How the findings are printed. */
  enum Format {
    /** A table and charts, for people. */
    TEXT,
    /** One document, for machines. */
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public void run() {
    Instant end = to == null ? Instant.now() : to;
    Instant start = from == null ? end.minus(USUAL_TIME) : from;
    if (!start.isBefore(end)) {
      throw wrong("--from must be before --to");
    }
    if (change != null && !(change.isAfter(start) && change.isBefore(end))) {
      throw wrong("--change must lie between --from and --to");
    }
    if (!(significance > 0 && significance < 1)) {
      throw wrong("--significance is a probability between 0 and 1");
    }
    if (!evaluator.isEmpty() && measure != Measure.SCORE) {
      throw wrong("--evaluator goes with --measure score");
    }
    Scope scope = new Scope(measure, evaluator, agent, service, environment);
    Regression regression;
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions)) {
      regression =
          new Investigation(clickHouse::rows, scope, significance)
              .between(start, Optional.ofNullable(change), end);
    }
    if (format == Format.JSON) {
      spec.commandLine().getOut().println(RegressionJson.write(regression));
      return;
    }
    Terminal terminal = Terminal.ofThisProcess();
    new RegressionReport(regression, new Paint(terminal.colours()), terminal.columns())
        .lines()
        .forEach(spec.commandLine().getOut()::println);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
