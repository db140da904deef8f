package dev.recount.cli.options;

import picocli.CommandLine.Option;

/** Where OTLP is taken in. */
public final class OtlpOptions {
  @Option(
      names = "--otlp-endpoint",
      paramLabel = "URL",
      defaultValue = "${env:RECOUNT_OTLP_ENDPOINT:-http://127.0.0.1:4317}",
      description =
          "OTLP over gRPC, where spans are sent (RECOUNT_OTLP_ENDPOINT). Default: @|bold ${DEFAULT-VALUE}|@")
  private String endpoint = "http://127.0.0.1:4317";

  /** Base URL of OTLP over gRPC. */
  public String endpoint() {
    return endpoint;
  }
}
