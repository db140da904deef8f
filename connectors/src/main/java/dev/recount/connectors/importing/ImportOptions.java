package dev.recount.connectors.importing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How to import. Immutable; start from {@link #defaults()}.
 *
 * @param identity what the imported agent is called
 * @param messages whether chat spans repeat the messages
 * @param snapshots whether context snapshots are sent
 * @param decisions whether decisions are sent
 * @param start when the first run starts; null lets the last run end when the file was last
 *     modified, so that importing the same file again gives the same times
 * @param shuffleSeed sends everything in one random order over all traces, for which all runs are
 *     held in memory; null sends run by run
 */
public record ImportOptions(
    Identity identity,
    Messages messages,
    boolean snapshots,
    boolean decisions,
    @Nullable Instant start,
    @Nullable Long shuffleSeed) {

  /** What chat spans repeat of the conversation. */
  public enum Messages {
    /** Everything that the model saw and answered. */
    FULL,
    /** Nothing. */
    NONE
  }

  /**
   * What the recordings do not say about the agent. The version of the prompt is not here: it is a
   * hash of the system message.
   *
   * @param environment value of {@code deployment.environment.name}
   * @param tokenLimit size of the model's context window, in tokens
   */
  public record Identity(
      String serviceName,
      String environment,
      String agentName,
      String agentVersion,
      String promptName,
      String provider,
      String model,
      long tokenLimit) {}

  /** The airline agent on gpt-4o that τ-bench's published runs are of. */
  public static ImportOptions defaults() {
    return new ImportOptions(
        new Identity(
            "tau-bench-airline",
            "import",
            "airline-agent",
            "1",
            "airline-policy",
            "openai",
            "gpt-4o",
            128_000),
        Messages.FULL,
        true,
        true,
        null,
        null);
  }

  /** The same for another agent. */
  public ImportOptions withIdentity(Identity other) {
    return new ImportOptions(other, messages, snapshots, decisions, start, shuffleSeed);
  }

  /** The same with other content in chat spans. */
  public ImportOptions withMessages(Messages other) {
    return new ImportOptions(identity, other, snapshots, decisions, start, shuffleSeed);
  }

  /** The same with events switched on or off. */
  public ImportOptions withEvents(boolean sendSnapshots, boolean sendDecisions) {
    return new ImportOptions(identity, messages, sendSnapshots, sendDecisions, start, shuffleSeed);
  }

  /** The same from another start; see {@link #start()}. */
  public ImportOptions withStart(@Nullable Instant other) {
    return new ImportOptions(identity, messages, snapshots, decisions, other, shuffleSeed);
  }

  /** The same in another order; see {@link #shuffleSeed()}. */
  public ImportOptions withShuffleSeed(@Nullable Long seed) {
    return new ImportOptions(identity, messages, snapshots, decisions, start, seed);
  }
}
