package dev.recount.cli.pipeline;

import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Topics;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What every role of a pipeline goes by, and the journal of its replay. One record in Kafka, so
 * that one write changes all of it.
 *
 * @param application ID of the topology's application in force
 * @param log the topic of the log of traces in force; null for the usual one
 * @param running whether it is to run; false while a replay hands over
 * @param settings the topology's settings by which a replay made that application; empty when none
 *     did
 * @param kept what was in force before, where it was kept
 * @param rebuild the replay that is under way, or was when it was interrupted
 */
public record PipelineState(
    String application,
    @Nullable String log,
    boolean running,
    Map<String, String> settings,
    @Nullable Kept kept,
    @Nullable Rebuild rebuild) {
  /** Copies the settings. */
  public PipelineState {
    settings = new TreeMap<>(settings);
  }

  /** That of a pipeline which no replay has touched. */
  public static PipelineState initial(Topics topics) {
    return new PipelineState(
        PipelineNames.of(topics).applicationId(), null, true, Map.of(), null, null);
  }

  /** The same with another replay; null for none. */
  public PipelineState with(@Nullable Rebuild other) {
    return new PipelineState(application, log, running, settings, kept, other);
  }

  /** The same without what was kept. */
  public PipelineState withoutKept() {
    return new PipelineState(application, log, running, settings, null, rebuild);
  }

  /** The topics that are in force. */
  public Topics topics(Topics usual) {
    return log == null ? usual : usual.withTraceEvents(log);
  }

  /** The same, told to run or to stop. */
  public PipelineState running(boolean other) {
    return new PipelineState(application, log, other, settings, kept, rebuild);
  }

  /**
   * An application that can be gone back to.
   *
   * @param application its ID
   * @param topicPrefix put before the names of the topics that it writes to while it catches up
   * @param database where its tables are
   * @param settings the topology's settings that it ran with
   */
  public record Kept(
      String application, String topicPrefix, String database, Map<String, String> settings) {
    /** Copies the settings. */
    public Kept {
      settings = new TreeMap<>(settings);
    }
  }
}
