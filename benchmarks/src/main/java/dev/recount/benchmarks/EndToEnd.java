package dev.recount.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole pipeline as {@code recount up} runs it, loaded from this process: spans a second until
 * every row can be asked for, latency, memory and processor time of each process, and whether
 * anything was lost or doubled.
 */
@Command(
    name = "run-end-to-end",
    mixinStandardHelpOptions = true,
    description = "Loads a fresh `recount up --ephemeral` for every scenario and measures it.")
public final class EndToEnd implements Callable<Integer> {
  /** What is loaded, and how. */
  enum Scenario {
    /** As fast as the receiver takes it. */
    OTLP,
    /** As fast as Kafka takes it. */
    KAFKA,
    /** Over OTLP at a fixed rate. */
    LATENCY,
    /** Likewise, while one trace grows to the size that --giant-spans says. */
    GIANT
  }

  private static final int WARM_UP_SALT = 1_000;

  @Option(names = "--recount", defaultValue = "./recount", description = "The launcher.")
  private Path launcher = Path.of("recount");

  @Option(
      names = "--scenarios",
      split = ",",
      defaultValue = "otlp,kafka,latency",
      description = "Which of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private List<Scenario> scenarios = List.of();

  @Option(
      names = "--traces",
      defaultValue = "30000",
      description = "Traces of ten spans where the rate is open. Default: ${DEFAULT-VALUE}")
  private int traces;

  @Option(
      names = "--rate",
      defaultValue = "1000",
      description = "Spans a second where it is fixed. Default: ${DEFAULT-VALUE}")
  private int rate;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "How long a fixed rate is kept up. Default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--giant-spans",
      defaultValue = "1000000",
      description = "Spans of the giant trace. Default: ${DEFAULT-VALUE}")
  private int giantSpans;

  @Option(
      names = "--giant-rate",
      defaultValue = "4000",
      description = "Spans a second of the giant trace. Default: ${DEFAULT-VALUE}")
  private int giantRate;

  @Option(
      names = "--warm-up-traces",
      defaultValue = "20000",
      description =
          "Traces sent, where the rate is fixed, before the clock starts. Default: ${DEFAULT-VALUE}")
  private int warmUpTraces;

  @Option(
      names = "--connections",
      defaultValue = "4",
      description = "Senders at once. Default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(
      names = "--quiet-millis",
      defaultValue = "1000",
      description = "settle.quiet.ms of the topology. Default: ${DEFAULT-VALUE}")
  private long quietMillis;

  @Option(names = "--set", description = "Further setting of `recount up`, NAME=VALUE. May repeat.")
  private Map<String, String> settings = new TreeMap<>();

  @Option(names = "--json", description = "Print JSON in place of a table.")
  private boolean json;

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new EndToEnd())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Map<String, Object>> results = new ArrayList<>();
    boolean whole = true;
    for (Scenario scenario : scenarios) {
      System.err.println("Scenario " + scenario + ", load before it " + Machine.loadAverage());
      Map<String, Object> result = run(scenario);
      results.add(result);
      whole &= Boolean.TRUE.equals(result.get("whole"));
      if (!json) {
        System.out.println();
        result.forEach((name, value) -> System.out.printf("  %-52s %s%n", name, value));
      }
    }
    if (json) {
      System.out.println(
          JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(results));
    }
    return whole ? 0 : 1;
  }

  private Map<String, Object> run(Scenario scenario) throws Exception {
    boolean fixed = scenario == Scenario.LATENCY || scenario == Scenario.GIANT;
    long salt = 1 + scenario.ordinal();
    Load load =
        fixed
            ? Load.ofTraces(salt, rate * seconds / AgentTraces.SPANS_PER_RUN, rate / 20)
            : Load.ofTraces(salt, traces, 500);
    Load warmUp = fixed && warmUpTraces > 0 ? Load.ofTraces(WARM_UP_SALT, warmUpTraces, 500) : null;
    Load giant = scenario == Scenario.GIANT ? Load.ofOneTrace(100, giantSpans, 500) : null;
    Map<String, String> all = new TreeMap<>(Map.of("settle.quiet.ms", Long.toString(quietMillis)));
    all.putAll(settings);
    Path log = Files.createTempFile("recount-up-", ".log");
    try (UpProcess up = new UpProcess(launcher, all, log)) {
      EndToEndRun run =
          new EndToEndRun(
              up, warmUp, load, giant, connections, fixed ? rate : 0, giantRate, quietMillis);
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("scenario", scenario.name());
      result.put("settings", all.toString());
      result.put("load average before", Machine.loadAverage());
      result.putAll(
          run.measure(
              scenario == Scenario.KAFKA
                  ? Doors.kafka(up.bootstrapServers())
                  : Doors.otlp(up.otlpTraces())));
      return result;
    }
  }
}
