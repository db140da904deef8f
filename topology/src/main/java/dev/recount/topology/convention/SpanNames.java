package dev.recount.topology.convention;

import org.jspecify.annotations.Nullable;

/** What conventions prescribe of the names of spans. */
final class SpanNames {
  private static final String[] TOOL_PREFIXES = {
    "execute_tool ", "tools/call ", "MCP send tools/call ", "ai.toolCall "
  };
  private static final String[] AGENT_PREFIXES = {"invoke_agent ", "create_agent "};
  private static final String[] TOOL_SUFFIXES = {".tool"};
  private static final String[] AGENT_SUFFIXES = {".agent", ".run"};

  private SpanNames() {}

  /** The tool that a tool's span is named after. */
  static @Nullable String tool(String name) {
    return stripped(name, TOOL_PREFIXES, TOOL_SUFFIXES);
  }

  /** The agent that an agent's span is named after. */
  static @Nullable String agent(String name) {
    return stripped(name, AGENT_PREFIXES, AGENT_SUFFIXES);
  }

  private static @Nullable String stripped(String name, String[] prefixes, String[] suffixes) {
    String stripped = name;
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        stripped = name.substring(prefix.length());
      } else if (name.equals(prefix.strip())) {
        return null;
      }
    }
    for (String suffix : suffixes) {
      if (stripped.endsWith(suffix)) {
        stripped = stripped.substring(0, stripped.length() - suffix.length());
      }
    }
    return stripped.isBlank() ? null : stripped.strip();
  }
}
