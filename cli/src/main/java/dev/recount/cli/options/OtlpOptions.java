package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.connectors.importing.ImportTargets;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where OTLP is taken in. */
public final class OtlpOptions {
  private static final String TOKEN_VARIABLE = "RECOUNT_OTLP_TOKEN";

  @Option(
      names = "--otlp-endpoint",
      paramLabel = "URL",
      defaultValue = "${env:RECOUNT_OTLP_ENDPOINT:-http://127.0.0.1:4317}",
      description =
          "OTLP over gRPC, where spans are sent (RECOUNT_OTLP_ENDPOINT). Default: @|bold ${DEFAULT-VALUE}|@")
  private String endpoint = "http://127.0.0.1:4317";

  @Option(
      names = "--otlp-certificate",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_OTLP_CERTIFICATE}",
      description =
          "PEM file of the certificate to trust there (RECOUNT_OTLP_CERTIFICATE). Default: those"
              + " of the platform. A token to show is taken from RECOUNT_OTLP_TOKEN.")
  private @Nullable Path certificate;

  /**
   * An exporter to the endpoint.
   *
   * @throws UserError when the certificate cannot be read
   */
  public SpanExporter exporter() {
    String token = System.getenv().getOrDefault(TOKEN_VARIABLE, "");
    try {
      byte[] trusted = certificate == null ? null : Files.readAllBytes(certificate);
      return ImportTargets.overGrpc(
          URI.create(endpoint()), token.isBlank() ? null : token.strip(), trusted);
    } catch (IOException unreadable) {
      throw new UserError(
          "Cannot read " + certificate + ".", "Correct --otlp-certificate.", unreadable);
    }
  }

  /** Base URL of OTLP over gRPC. */
  public String endpoint() {
    return endpoint;
  }
}
