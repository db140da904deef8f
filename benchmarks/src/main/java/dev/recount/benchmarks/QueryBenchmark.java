package dev.recount.benchmarks;

import dev.recount.benchmarks.QueryTimer.Answer;
import dev.recount.local.clickhouse.ClickHouseProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Fills the tables with generated decisions, as the migrations make them, and asks what people ask
 * every day: how long it takes, and how much is read for it.
 */
@Command(
    name = "run-queries",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures queries on many generated decisions.")
public final class QueryBenchmark implements Callable<Integer> {
  @Option(
      names = "--decisions",
      defaultValue = "10000000",
      description = "Decisions, a multiple of 100. Default: ${DEFAULT-VALUE}")
  private long decisions;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description =
          "Where the data are kept, to be measured again; what is there is used. Default: a"
              + " temporary folder that goes afterwards")
  private @Nullable Path folder;

  @Option(
      names = "--repetitions",
      defaultValue = "31",
      description = "Warm runs of each query. Default: ${DEFAULT-VALUE}")
  private int repetitions;

  @Option(
      names = "--queries",
      split = ",",
      description = "Names of the queries to ask, as they are printed. Default: all")
  private List<String> chosen = List.of();

  @Option(names = "--explain", description = "Print EXPLAIN indexes = 1 of each query.")
  private boolean explain;

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new QueryBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (GeneratedData data = GeneratedData.in(folder, new GeneratedDecisions(decisions))) {
      data.fill();
      measure(data);
    }
    return 0;
  }

  private void measure(GeneratedData data) throws IOException, InterruptedException {
    List<Question> questions =
        Question.all(new GeneratedDecisions(decisions)).stream()
            .filter(question -> chosen.isEmpty() || chosen.contains(question.name()))
            .toList();
    System.out.println("Load of the machine before: " + Machine.loadAverage());
    try (ClickHouseProcess clickHouse = data.start()) {
      System.out.println(new QueryTimer(clickHouse.url()).parts());
    }
    System.out.printf(
        "%-14s %9s %9s %9s %9s %12s %16s %7s%n",
        "query", "cold ms", "median ms", "p95 ms", "cpu ms", "rows read", "granules", "answer");
    for (Question question : questions) {
      long cold;
      try (ClickHouseProcess clickHouse = data.start()) {
        PageCache.forget(data.folder());
        cold = new QueryTimer(clickHouse.url()).ask(question.sql(0)).nanos();
      }
      try (ClickHouseProcess clickHouse = data.start()) {
        print(
            question,
            cold,
            new QueryTimer(clickHouse.url()),
            new ProcessUsage("ClickHouse", clickHouse.processId()));
      }
    }
    System.out.println("Load of the machine after: " + Machine.loadAverage());
  }

  private void print(Question question, long cold, QueryTimer timer, ProcessUsage process)
      throws IOException, InterruptedException {
    List<Answer> answers = new ArrayList<>();
    timer.ask(question.sql(repetitions));
    long cpu = process.cpuMillis();
    for (int i = 0; i < repetitions; i++) {
      answers.add(timer.ask(question.sql(i)));
    }
    // Of all threads, merges in the background included: what other work on the machine leaves
    // alone.
    double cpuEach = (process.cpuMillis() - cpu) / (double) repetitions;
    long[] nanos = answers.stream().mapToLong(Answer::nanos).sorted().toArray();
    long[] read = answers.stream().mapToLong(Answer::rowsRead).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%-14s %9.1f %9.1f %9.1f %9.1f %,12d %16s %7d%n",
        question.name(),
        cold / 1e6,
        nanos[nanos.length / 2] / 1e6,
        nanos[(int) (nanos.length * 0.95)] / 1e6,
        cpuEach,
        read[read.length / 2],
        timer.granules(question.sql(0)),
        answers.get(0).rows());
    if (explain) {
      timer.explain(question.sql(0)).forEach(System.out::println);
    }
  }
}
