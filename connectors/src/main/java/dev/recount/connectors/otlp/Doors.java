package dev.recount.connectors.otlp;

import java.util.List;
import java.util.stream.Stream;

/**
 * The HTTP paths that take OTLP: OpenTelemetry's own, and those to which SDKs set up for another
 * product post, so that switching is one URL. All of them do the same.
 */
public final class Doors {
  /** Every door. */
  public static final List<Door> ALL =
      List.of(
          new Door("OpenTelemetry, Phoenix, Arize, Traceloop, Logfire, AgentOps, MLflow", ""),
          new Door("Langfuse", "/api/public/otel", "/api/public/otel"),
          new Door("LangSmith, Braintrust, W&B Weave, Galileo", "/otel", "/otel/traces"),
          new Door("LangSmith, self-hosted", "/api/v1/otel"),
          new Door("W&B Weave, self-managed", "/traces/otel"),
          new Door("Opik", "/api/v1/private/otel"),
          new Door("Opik, hosted", "/opik/api/v1/private/otel"),
          new Door("HoneyHive", "/opentelemetry"),
          new Door("LangWatch", "/api/otel"),
          new Door("Lunary, Portkey, Maxim", "/v1/otel", "/v1/otel"),
          new Door("Langtrace", "/api", "/api/trace"),
          new Door("Agenta", "/api/otlp"),
          new Door("Freeplay", "/api/v0/otel"),
          new Door("PostHog", "/i/v0/ai/otel", "/i/v0/ai/otel"),
          new Door("Dynatrace", "/api/v2/otlp"),
          new Door("Grafana Cloud", "/otlp"));

  private Doors() {}

  /** Paths that take spans. */
  static List<String> tracePaths() {
    return ALL.stream()
        .flatMap(door -> Stream.concat(Stream.of(door.tracePath()), door.others().stream()))
        .toList();
  }

  /** Paths that take log records. */
  static List<String> logPaths() {
    return ALL.stream().map(Door::logPath).toList();
  }

  /**
   * One base address and what is below it.
   *
   * @param products whose SDKs use it
   * @param base put before {@code /v1/traces} and {@code /v1/logs}; may be empty
   * @param others further paths that take spans
   */
  public record Door(String products, String base, List<String> others) {
    Door(String products, String base, String... others) {
      this(products, base, List.of(others));
    }

    /** Copies the list. */
    public Door {
      others = List.copyOf(others);
    }

    /** Where spans are taken. */
    public String tracePath() {
      return base + "/v1/traces";
    }

    /** Where log records are taken. */
    public String logPath() {
      return base + "/v1/logs";
    }
  }
}
