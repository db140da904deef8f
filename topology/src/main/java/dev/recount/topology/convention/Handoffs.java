package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How frameworks tell that one agent hands over to another: by a tool that is named after the
 * agent, by one that is told the agent, or by what such a tool answers.
 */
public final class Handoffs {
  /** OpenAI Agents, LangGraph and AutoGen name a tool for each agent. */
  private static final List<String> BEGINNINGS =
      List.of("transfer_to_", "transfer_back_to_", "handoff_to_", "hand_off_to_", "delegate_to_");

  /** Google's Agent Development Kit, Strands and CrewAI have one tool, and an argument of it. */
  private static final Map<String, String> ARGUMENTS =
      Map.of(
          "transfer_to_agent", "agent_name",
          "handoff_to_agent", "agent_name",
          "delegate_work_to_coworker", "coworker",
          "delegate work to coworker", "coworker");

  /** What LangGraph has such a tool say, the agent's name after it. */
  private static final List<String> ANSWERS =
      List.of("Successfully transferred to ", "Successfully transferred back to ");

  private Handoffs() {}

  /**
   * Where a tool by its name or its arguments hands over to, as it spells the agent; null for any
   * other tool. A tool that is merely named so, as {@code transfer_to_savings}, may mean something
   * else: who asks is to look for the agent.
   *
   * @param arguments canonical
   */
  public static @Nullable String target(@Nullable String tool, @Nullable String arguments) {
    if (tool == null) {
      return null;
    }
    String name = tool.toLowerCase(Locale.ROOT);
    String argument = ARGUMENTS.get(name);
    if (argument != null) {
      JsonNode given = arguments == null ? null : Json.parseContainer(arguments);
      String agent = given == null ? null : Json.text(given.path(argument));
      return agent == null || agent.isBlank() ? null : agent.strip();
    }
    for (String beginning : BEGINNINGS) {
      if (name.startsWith(beginning) && name.length() > beginning.length()) {
        return tool.substring(beginning.length());
      }
    }
    return null;
  }

  /** Whether a tool does nothing but hand over, so that its name is proof enough. */
  public static boolean isCertain(@Nullable String tool) {
    return tool != null && ARGUMENTS.containsKey(tool.toLowerCase(Locale.ROOT));
  }

  /** The agent that a tool's result says it handed over to; null where it says nothing of it. */
  public static @Nullable String answered(@Nullable String result) {
    if (result == null) {
      return null;
    }
    for (String answer : ANSWERS) {
      if (result.startsWith(answer)) {
        return result.substring(answer.length()).strip();
      }
    }
    if (result.startsWith("{\"assistant\":")) {
      // OpenAI Agents: the new agent's name and nothing else.
      JsonNode object = Json.parseContainer(result);
      if (object != null && object.size() == 1 && object.path("assistant").isTextual()) {
        return object.path("assistant").textValue();
      }
    }
    return null;
  }

  /**
   * An agent's name without what frameworks change of it to make a tool's name: {@code Refund
   * Agent} and {@code refund_agent} are one.
   */
  public static String key(String agent) {
    StringBuilder key = new StringBuilder(agent.length());
    agent
        .codePoints()
        .filter(Character::isLetterOrDigit)
        .map(Character::toLowerCase)
        .forEach(key::appendCodePoint);
    return key.toString();
  }
}
