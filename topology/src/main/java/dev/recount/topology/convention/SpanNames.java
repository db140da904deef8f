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

  /** OpenInference, Sentry, Logfire and Traceloop on handoffs of OpenAI Agents. */
  private static final String[] HANDOFF_PREFIXES = {"handoff to ", "handoff from ", "Handoff: "};

  private static final String[] HANDOFF_SUFFIXES = {".handoff"};

  /** What stands between the agent that hands over and the one that takes over. */
  private static final String[] BETWEEN_AGENTS = {" → ", " -> ", " to "};

  private SpanNames() {}

  /** The agent that takes over, by the name of a handoff's span; null for any other name. */
  static @Nullable String handoff(String name) {
    String agents = stripped(name, HANDOFF_PREFIXES, HANDOFF_SUFFIXES);
    if (agents == null || agents.equals(name.strip())) {
      return null;
    }
    for (String between : BETWEEN_AGENTS) {
      int at = name.startsWith(HANDOFF_PREFIXES[0]) ? -1 : agents.lastIndexOf(between);
      if (at >= 0) {
        String agent = agents.substring(at + between.length()).strip();
        return agent.isEmpty() ? null : agent;
      }
    }
    return agents;
  }

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
