package dev.recount.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.recount.cli.bisect.PageRegressions;
import dev.recount.cli.context.ArchivedWindows;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.web.ClickHouseTables;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.web.WebSite;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Asks the interface behind the page what its views ask, with the generated decisions of {@link
 * QueryBenchmark} behind it: from the request over HTTP until the last byte of the answer.
 */
@Command(
    name = "run-page",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures what the page asks, with many generated decisions behind it.")
public final class PageBenchmark implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Option(
      names = "--decisions",
      defaultValue = "10000000",
      description = "Decisions, a multiple of 100. Default: ${DEFAULT-VALUE}")
  private long decisions;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description =
          "Where the data are kept, also those of run-queries; what is there is used. Default: a"
              + " temporary folder that goes afterwards")
  private @Nullable Path folder;

  @Option(
      names = "--repetitions",
      defaultValue = "15",
      description = "Warm runs of each call. Default: ${DEFAULT-VALUE}")
  private int repetitions;

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new PageBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (GeneratedData data = GeneratedData.in(folder, new GeneratedDecisions(decisions))) {
      data.fill();
      System.out.println("Load of the machine before: " + Machine.loadAverage());
      System.out.printf(
          "%-58s %9s %9s %9s %9s%n", "call", "cold ms", "median ms", "p95 ms", "answer kB");
      for (String call : calls(data)) {
        measure(data, call);
      }
      System.out.println("Load of the machine after: " + Machine.loadAverage());
    }
    return 0;
  }

  /** What the views ask; {@code N} is the number of the run, so that others are meant each time. */
  private List<String> calls(GeneratedData data) throws IOException, InterruptedException {
    String end = GeneratedDecisions.START.plusDays(GeneratedDecisions.DAYS) + "T00:00:00Z";
    String after;
    String traceId;
    String old;
    try (Site site = new Site(data)) {
      JsonNode page = site.json("/traces?to=" + end);
      after = encode(page.path("next").asText());
      traceId = page.path("traces").path(0).path("trace_id").asText();
      old = end.replace(end.substring(0, 10), GeneratedDecisions.START.plusDays(30).toString());
    }
    return List.of(
        "/traces",
        "/traces?to=" + end,
        "/traces?to=" + old,
        "/traces?to=" + end + "&after=" + after,
        "/traces?to=" + end + "&status=error",
        "/traces?to=" + end + "&agent_name=agent-N&status=error",
        "/traces?agent_version=2.1.1&prompt_version=v11",
        "/traces?agent_version=2.1.1&tool=tool-N",
        "/traces?to=" + end + "&feedback=bad",
        "/traces?q=session-N0",
        "/traces?q=" + traceId.substring(0, 10),
        "/traces?q=there-is-no-such-text",
        "/traces/histogram",
        "/traces/histogram?agent_name=agent-N&status=error",
        "/traces/choices",
        "/traces/" + traceId,
        "/versions",
        "/compare?agent_name=agent-N&a=2.3.0&b=2.3.1");
  }

  private void measure(GeneratedData data, String call) throws IOException, InterruptedException {
    double cold;
    try (Site site = new Site(data)) {
      PageCache.forget(data.folder());
      cold = site.millis(call.replace("N", "1"));
    }
    try (Site site = new Site(data)) {
      site.millis(call.replace("N", "0"));
      double[] millis = new double[repetitions];
      for (int i = 0; i < repetitions; i++) {
        millis[i] = site.millis(call.replace("N", Integer.toString(1 + i)));
      }
      double[] sorted =
          IntStream.range(0, repetitions).mapToDouble(i -> millis[i]).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "%-58s %9.0f %9.0f %9.0f %9.1f%n",
          call.length() > 58 ? call.substring(0, 57) + "…" : call,
          cold,
          sorted[repetitions / 2],
          sorted[(int) (repetitions * 0.95)],
          site.get(call.replace("N", "1")).length() / 1e3);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The site as `recount web` serves it, with an engine of its own. */
  private static final class Site implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final ClickHouseProcess engine;
    private final ClickHouseTables tables;
    private final Server server;

    Site(GeneratedData data) {
      this.engine = data.start();
      ClickHouseTarget target = ClickHouseTarget.plain(engine.url());
      ClickHouse clickHouse = ClickHouse.connect(target);
      this.tables = new ClickHouseTables(clickHouse);
      ServerBuilder builder = Server.builder().http(new InetSocketAddress("127.0.0.1", 0));
      new WebSite(
              tables,
              ArchivedWindows.open(
                  Optional.empty(),
                  () -> ClickHouse.connect(target),
                  new FolderContentStore(data.folder().resolve("content"))),
              new PageRegressions(clickHouse),
              JsonNodeFactory.instance::objectNode)
          .mount(builder, service -> service, false);
      this.server = builder.build();
      server.start().join();
    }

    double millis(String call) throws IOException, InterruptedException {
      long began = System.nanoTime();
      get(call);
      return (System.nanoTime() - began) / 1e6;
    }

    JsonNode json(String call) throws IOException, InterruptedException {
      return JSON.readTree(get(call));
    }

    String get(String call) throws IOException, InterruptedException {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.activeLocalPort() + "/api/v1" + call))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(call + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    }

    @Override
    public void close() {
      server.close();
      tables.close();
      engine.close();
    }
  }
}
