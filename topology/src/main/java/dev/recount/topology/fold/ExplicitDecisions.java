package dev.recount.topology.fold;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.convention.ToolTexts;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Lays a later edition of an explicit decision over the row that an earlier one has made. */
public final class ExplicitDecisions {
  private ExplicitDecisions() {}

  /**
   * Sets what the edition states. What it no longer states stays as it was: the row does not tell
   * what came from the earlier edition and what from a span.
   */
  public static void overlay(DecisionEvent event, DecisionRecord row) {
    row.setKind(event.getKind());
    row.setName(either(event.getName(), row.getName()));
    row.setToolName(either(event.getToolName(), row.getToolName()));
    row.setToolCallId(either(event.getToolCallId(), row.getToolCallId()));
    String arguments = ToolTexts.arguments((Object) event.getToolArguments());
    row.setToolArguments(row.getToolArguments() != null ? row.getToolArguments() : arguments);
    row.setChosen(either(event.getChosen(), row.getChosen()));
    if (!event.getConsidered().isEmpty()) {
      row.setConsidered(List.copyOf(event.getConsidered()));
    }
    row.setRationale(either(event.getRationale(), row.getRationale()));
    row.setConfidence(event.getConfidence() != null ? event.getConfidence() : row.getConfidence());
    if (!event.getConstraints().isEmpty()) {
      row.setConstraints(List.copyOf(event.getConstraints()));
    }
    row.setExpectedOutcome(either(event.getExpectedOutcome(), row.getExpectedOutcome()));
    row.setSnapshotId(either(event.getSnapshotId(), row.getSnapshotId()));
    if (event.getVersions() != null) {
      row.setVersions(VersionTuples.overlay(event.getVersions(), row.getVersions()));
    }
    if (standsAlone(row)) {
      row.setStartedAt(event.getOccurredAt());
      row.setEndedAt(event.getOccurredAt());
    }
    row.setFlags(flags(row.getFlags(), WarningRules.unsure(row.getConfidence())));
  }

  /** A decision that no span and no message tells of is as long as the word of it: a moment. */
  private static boolean standsAlone(DecisionRecord row) {
    return row.getSpanId() == null
        && row.getKind() != DecisionKind.TOOL_CALL
        && row.getStartedAt().equals(row.getEndedAt());
  }

  /** Sets in the row of a trace what depends on its decisions' confidence. */
  public static void flag(TraceRecord trace, List<DecisionRecord> decisions) {
    boolean unsure =
        decisions.stream().anyMatch(decision -> WarningRules.unsure(decision.getConfidence()));
    trace.setFlags(flags(trace.getFlags(), unsure));
  }

  private static List<String> flags(List<String> before, boolean unsure) {
    SortedSet<String> flags = new TreeSet<>(before);
    flags.remove(Warning.LOW_CONFIDENCE.text());
    if (unsure) {
      flags.add(Warning.LOW_CONFIDENCE.text());
    }
    return List.copyOf(flags);
  }

  private static @Nullable String either(@Nullable String stated, @Nullable String before) {
    return stated != null ? stated : before;
  }
}
