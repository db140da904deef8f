package dev.recount.topology.convention;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which framework an instrumentation scope stands for. */
public final class Frameworks {
  /** Scopes that are named otherwise than what they instrument. */
  private static final Map<String, String> SCOPES =
      Map.ofEntries(
          Map.entry("ai", "vercel-ai-sdk"),
          Map.entry("gen_ai", "vercel-ai-sdk"),
          Map.entry("langfuse-sdk", "langfuse"),
          Map.entry("strands.telemetry.tracer", "strands-agents"),
          Map.entry("strands-agents", "strands-agents"),
          Map.entry("opentelemetry.instrumentation.openai_v2", "openai"),
          Map.entry("opentelemetry.instrumentation.openai.v1", "openai"),
          Map.entry("gcp.vertex.agent", "google-adk"),
          Map.entry("agent_framework", "microsoft-agent-framework"),
          Map.entry("Experimental.Microsoft.Extensions.AI", "microsoft-extensions-ai"),
          Map.entry("Microsoft.SemanticKernel.Diagnostics", "semantic-kernel"),
          Map.entry("autogen-core", "autogen"));

  /** Scopes that say what they instrument after a prefix, the longest first. */
  private static final List<String> PREFIXES =
      List.of(
          "@arizeai/openinference-instrumentation-",
          "openinference.instrumentation.",
          "@traceloop/instrumentation-",
          "@opentelemetry/instrumentation-",
          "opentelemetry.instrumentation.",
          "io.opentelemetry.");

  private Frameworks() {}

  /** The framework of a scope: by the table, else what the scope instruments, else its name. */
  public static @Nullable String ofScope(@Nullable String scope) {
    if (scope == null) {
      return null;
    }
    String known = SCOPES.get(scope);
    if (known != null) {
      return known;
    }
    for (String prefix : PREFIXES) {
      if (scope.startsWith(prefix) && scope.length() > prefix.length()) {
        return scope.substring(prefix.length());
      }
    }
    return scope;
  }
}
