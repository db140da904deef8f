package dev.recount.web.query;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What traces may be told apart by: whatever has versions, or may be exchanged for another. */
enum VersionDimension {
  AGENT_VERSION,
  AGENT_NAME,
  MODEL,
  PROMPT_NAME,
  PROMPT_VERSION,
  TOOL_SCHEMA_VERSION,
  MEMORY_INDEX_VERSION,
  FRAMEWORK,
  FRAMEWORK_VERSION,
  RELEASE,
  SERVICE,
  ENVIRONMENT;

  private static final Set<String> NAMES =
      Arrays.stream(values()).map(VersionDimension::column).collect(Collectors.toSet());

  /** The column of {@code traces_latest}. */
  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads {@code dimension}; the agent's version where nobody says. */
  static VersionDimension of(Parameters parameters) {
    return parameters
        .oneOf("dimension", NAMES)
        .map(name -> valueOf(name.toUpperCase(Locale.ROOT)))
        .orElse(AGENT_VERSION);
  }
}
