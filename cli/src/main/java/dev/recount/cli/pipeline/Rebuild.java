package dev.recount.cli.pipeline;

import dev.recount.topology.Configuration.Replacement;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a replay: all that it takes to go on with it, or to undo it.
 *
 * @param id its name, which is in all the others
 * @param scope what is derived
 * @param step how far it is
 * @param application ID of the shadow's application
 * @param replaces ID of the application that was in force when it began
 * @param topicPrefix put before the names of the shadow's topics
 * @param rawLog the topic of the log of traces that it derives from the raw topics; null where it
 *     derives from the log that there is
 * @param database where the shadow's tables are, until they are exchanged
 * @param settings the topology's settings that it derives with, all that differ from the defaults
 * @param replaced what holds for it in place of what the log says of the configuration, by name
 * @param keepOld whether what is replaced is kept
 * @param differs whether rows were found that differ, so that records must be written anew
 * @param bounds where the live application has stopped, by partition of what is derived from; empty
 *     before it has
 * @param tables UUIDs of the tables before they are exchanged, by name; empty before that
 */
public record Rebuild(
    String id,
    Scope scope,
    Step step,
    String application,
    String replaces,
    String topicPrefix,
    @Nullable String rawLog,
    String database,
    Map<String, String> settings,
    Map<String, Replacement> replaced,
    boolean keepOld,
    boolean differs,
    Map<String, Long> bounds,
    Map<String, Pair> tables) {
  /** Copies the maps. */
  public Rebuild {
    settings = new TreeMap<>(settings);
    replaced = new TreeMap<>(replaced);
    bounds = new TreeMap<>(bounds);
    tables = new TreeMap<>(tables);
  }

  /** What is derived. */
  public enum Scope {
    /** Everything, anew. */
    ALL,
    /** What has come since an application was replaced that was kept. */
    BACK,
    /** Some traces, for comparison only. */
    PART
  }

  /** What a replay does, in order. */
  public enum Step {
    /** The shadow derives from the log; the live pipeline is undisturbed. */
    REBUILDING,
    /** The live application stops; the shadow drains to where it has. */
    DRAINING,
    /** Tables are exchanged. */
    EXCHANGING,
    /** Records that differ are written to the live topics. From here on it can only be finished. */
    PUBLISHING,
    /** The shadow's application is in force; what it replaced is removed. */
    CLEANING
  }

  /** UUIDs of a table that is live and of the one that is to take its place. */
  public record Pair(String live, String shadow) {}

  /** The same at another step. */
  public Rebuild at(Step other) {
    return copy(other, differs, bounds, tables);
  }

  /** The same, about to hand over. */
  public Rebuild draining(boolean rowsDiffer) {
    return copy(Step.DRAINING, rowsDiffer, bounds, tables);
  }

  /** The same, knowing where the live application has stopped. */
  public Rebuild stoppedAt(Map<String, Long> offsets) {
    return copy(step, differs, offsets, tables);
  }

  /** The same, about to exchange tables. */
  public Rebuild exchanging(Map<String, Pair> uuids) {
    return copy(Step.EXCHANGING, differs, bounds, uuids);
  }

  /** What is put before the names of the topics of what is replaced, where that is kept. */
  public String keptPrefix() {
    return replaces + "-kept.";
  }

  private Rebuild copy(
      Step atStep, boolean rowsDiffer, Map<String, Long> offsets, Map<String, Pair> uuids) {
    return new Rebuild(
        id,
        scope,
        atStep,
        application,
        replaces,
        topicPrefix,
        rawLog,
        database,
        settings,
        replaced,
        keepOld,
        rowsDiffer,
        offsets,
        uuids);
  }
}
