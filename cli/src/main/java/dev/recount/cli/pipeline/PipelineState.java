package dev.recount.cli.pipeline;

import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Topics;
import dev.recount.topology.Configuration.Replacement;
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
 * @param replaced what that replay, or one before it, put in the place of what the log says of the
 *     configuration, by name
 * @param kept what was in force before, where it was kept
 * @param rebuild the replay that is under way, or was when it was interrupted
 */
public record PipelineState(
    String application,
    @Nullable String log,
    boolean running,
    Map<String, String> settings,
    Map<String, Replacement> replaced,
    @Nullable Kept kept,
    @Nullable Rebuild rebuild) {
  /** Copies the maps. */
  public PipelineState {
    settings = new TreeMap<>(settings);
    replaced = new TreeMap<>(replaced);
  }

  /** That of a pipeline which no replay has touched. */
  public static PipelineState initial(Topics topics) {
    return new PipelineState(
        PipelineNames.of(topics).applicationId(), null, true, Map.of(), Map.of(), null, null);
  }

  /** The same with another replay; null for none. */
  public PipelineState with(@Nullable Rebuild other) {
    return new PipelineState(application, log, running, settings, replaced, kept, other);
  }

  /** The same without what was kept. */
  public PipelineState withoutKept() {
    return new PipelineState(application, log, running, settings, replaced, null, rebuild);
  }

  /** The topics that are in force. */
  public Topics topics(Topics usual) {
    return log == null ? usual : usual.withTraceEvents(log);
  }

  /** The same, told to run or to stop. */
  public PipelineState running(boolean other) {
    return new PipelineState(application, log, other, settings, replaced, kept, rebuild);
  }

  /**
   * An application that can be gone back to.
   *
   * @param application its ID
   * @param topicPrefix put before the names of the topics that it writes to while it catches up
   * @param database where its tables are
   * @param settings the topology's settings that it ran with
   * @param replaced what held for it in place of what the log says of the configuration
   */
  public record Kept(
      String application,
      String topicPrefix,
      String database,
      Map<String, String> settings,
      Map<String, Replacement> replaced) {
    /** Copies the maps. */
    public Kept {
      settings = new TreeMap<>(settings);
      replaced = new TreeMap<>(replaced);
    }
  }
}
