package dev.recount.cli.demo;

import dev.recount.cli.ExitCodes;
import dev.recount.cli.UserError;
import dev.recount.cli.output.Progress;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.output.Text;
import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.roles.StopSignal;
import dev.recount.cli.sql.ClickHouse;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code recount demo}. */
@Command(
    name = "demo",
    header = "See it work, from agents to answers.",
    description = {
      "See it work: start the embedded stack, drive a simulated fleet of agents through it, wait"
          + " until every record is correlated, answer five questions from ClickHouse, stop.",
      "",
      "It uses free ports and a temporary folder, so it gets along with a running `recount up`."
          + " Fails if a single record is missing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount demo",
      "  recount demo --traces 2000 --seed 7",
      "  recount demo --keep                      leave it running, to ask questions of your own"
    })
public final class DemoCommand implements Callable<Integer> {
  /** Shorter than the usual ten seconds: nothing of the demo is late by more than a moment. */
  private static final Map<String, String> SETTINGS =
      Map.of("settle.quiet.ms", "3000", "tick.interval.ms", "500");

  private static final Duration POLL_PAUSE = Duration.ofMillis(300);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before call()
  private CommandSpec spec;

  @Option(
      names = "--traces",
      paramLabel = "N",
      defaultValue = "200",
      description = "Runs of agents to simulate. Default: @|bold ${DEFAULT-VALUE}|@")
  private int traces;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed gives the same fleet. Default: @|bold ${DEFAULT-VALUE}|@")
  private long seed;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long to wait for records. Default: @|bold ${DEFAULT-VALUE}|@")
  private int timeoutSeconds;

  @Option(names = "--keep", description = "Leave it running until Ctrl-C.")
  private boolean keep;

  @Override
  public Integer call() throws InterruptedException {
    if (traces < 1) {
      throw new ParameterException(spec.commandLine(), "--traces must be at least 1");
    }
    Terminal terminal = Terminal.ofThisProcess();
    Progress progress = new Progress(terminal, spec.commandLine().getErr());
    Instant end = Instant.now().minus(Duration.ofHours(8)).truncatedTo(ChronoUnit.HOURS);
    Fleet fleet = Fleet.plan(seed, traces, end);
    try (StopSignal stop = new StopSignal();
        EmbeddedPipeline pipeline =
            EmbeddedPipeline.start(EmbeddedOptions.ephemeral(SETTINGS, progress.steps()));
        ClickHouse clickHouse = pipeline.connectToClickHouse()) {
      Proof proof = drive(fleet, pipeline, clickHouse, progress, stop);
      say(proof.table());
      if (!proof.isComplete()) {
        throw new UserError(
            "Not every record came through within " + timeoutSeconds + " s.",
            "See the table above; on a slow machine give it longer with --timeout.");
      }
      answer(clickHouse, end, terminal);
      if (keep) {
        waitForStop(pipeline, stop);
      }
    }
    return ExitCodes.DONE;
  }

  private Proof drive(
      Fleet fleet,
      EmbeddedPipeline pipeline,
      ClickHouse clickHouse,
      Progress progress,
      StopSignal stop) {
    try (FleetSender sender = new FleetSender(pipeline.connection(), pipeline.otlpGrpcUrl())) {
      try (Progress.Bar bar =
          progress.bar(
              "Sending " + Text.count(fleet.eventCount()) + " records of " + traces + " traces",
              fleet.eventCount())) {
        sender.send(fleet.deliveries(), bar::at);
      }
      List<Delivery> late = fleet.afterSettlement();
      await(
          fleet, clickHouse, progress, stop, "Waiting until the traces have settled", late.size());
      progress.step("Sending " + Text.count(late.size(), "late judgement"));
      sender.send(late, sent -> {});
    }
    return await(fleet, clickHouse, progress, stop, "Waiting until every record is correlated", 0);
  }

  /**
   * Waits until everything that was sent has been found.
   *
   * @param unsent feedback that has not been sent yet
   */
  private Proof await(
      Fleet fleet,
      ClickHouse clickHouse,
      Progress progress,
      StopSignal stop,
      String what,
      int unsent) {
    Instant deadline = Instant.now().plusSeconds(timeoutSeconds);
    Proof proof = Proof.take(fleet, clickHouse);
    // Late feedback is looked for in its own view and in the trace's row.
    long expected = proof.sent() - 2L * unsent;
    try (Progress.Bar bar = progress.bar(what, expected)) {
      while (proof.found() < expected && Instant.now().isBefore(deadline)) {
        if (stop.hasArrived()) {
          throw new UserError("Interrupted.", null);
        }
        bar.at(proof.found());
        LockSupport.parkNanos(POLL_PAUSE.toNanos());
        proof = Proof.take(fleet, clickHouse);
      }
      bar.at(proof.found());
    }
    return proof;
  }

  private void answer(ClickHouse clickHouse, Instant end, Terminal terminal) {
    int number = 0;
    for (Questions.Question question : Questions.of(end.minus(Fleet.PERIOD), end)) {
      say(
          List.of(
              "", terminal.ansi().string("@|bold " + ++number + ". " + question.words() + "|@")));
      say(question.sql().lines().map(line -> "   " + line).toList());
      say(List.of(""));
      say(clickHouse.answer(question.sql(), terminal).stream().map(line -> "   " + line).toList());
    }
  }

  private void waitForStop(EmbeddedPipeline pipeline, StopSignal stop) throws InterruptedException {
    say(
        List.of(
            "",
            "Still running; Ctrl-C stops it. Look at it at " + pipeline.pageUrl(),
            "or ask questions of your own:",
            "  recount sql --clickhouse-url " + pipeline.clickHouseUrl() + " \"SHOW TABLES\""));
    while (!stop.await(POLL_PAUSE) && pipeline.failure().isEmpty()) {
      continue;
    }
  }

  private void say(List<String> lines) {
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(out::println);
    out.flush();
  }
}
