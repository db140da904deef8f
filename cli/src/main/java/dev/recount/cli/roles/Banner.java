package dev.recount.cli.roles;

import dev.recount.cli.output.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What {@code recount up} says once it is ready. */
final class Banner {
  private static final EmbeddedOptions.Ports USUAL = EmbeddedOptions.Ports.usual();

  private Banner() {}

  static List<String> lines(EmbeddedPipeline pipeline, Duration took) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("Recount is ready, after " + Text.duration(took) + ". Ctrl-C stops it.");
    lines.add("");
    lines.add("  page            " + pipeline.pageUrl());
    lines.add("  OTLP            " + pipeline.otlpGrpcUrl() + " (gRPC), " + pipeline.otlpHttpUrl());
    lines.add("  feedback        POST " + pipeline.feedbackUrl());
    lines.add("  health          GET  " + pipeline.controlUrl() + "/health");
    lines.add("  Kafka           " + pipeline.connection().bootstrapServers());
    lines.add("  schema registry " + pipeline.connection().schemaRegistryUrl());
    lines.add("  ClickHouse      " + pipeline.clickHouseUrl());
    lines.add("  data            " + pipeline.dataFolder());
    lines.add("");
    lines.add("Next, from another terminal:");
    String clickHouse = clickHouseOption(pipeline.clickHouseUrl());
    lines.add("  export OTEL_EXPORTER_OTLP_ENDPOINT=" + pipeline.otlpGrpcUrl());
    lines.add("  recount sql" + clickHouse + " \"SELECT * FROM traces_latest LIMIT 5\"");
    lines.add("  recount trace" + clickHouse + " TRACE_ID");
    return lines;
  }

  private static String clickHouseOption(String url) {
    return url.endsWith(":" + USUAL.clickHouse()) ? "" : " --clickhouse-url " + url;
  }
}
