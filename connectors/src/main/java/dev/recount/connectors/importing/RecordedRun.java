package dev.recount.connectors.importing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of an agent.
 *
 * @param identity what the run's IDs are derived from: the same run has the same in every import
 * @param label short name for sessions and messages, for instance {@code task-3-trial-1}
 * @param messages the chat as the model saw it
 * @param reward result of the task in the world, 1 being success; null when unknown
 * @param userId whom the agent served; null when unknown
 * @param attributes anything else, for the run's root span
 */
public record RecordedRun(
    String identity,
    String label,
    List<RecordedMessage> messages,
    @Nullable Double reward,
    @Nullable String userId,
    Map<String, String> attributes) {
  /** Copies the collections. */
  public RecordedRun {
    messages = List.copyOf(messages);
    attributes = Map.copyOf(attributes);
  }
}
