package dev.recount.topology.evaluation;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Phase;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.Status;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import dev.recount.topology.context.Contents;
import dev.recount.topology.context.Window;
import dev.recount.topology.context.WindowChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A trace as the fold would hand it over, step by step. */
public final class MadeUpTrace {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private final TraceRecord trace = new TraceRecord();
  private final List<DecisionRecord> decisions = new ArrayList<>();
  private final List<TraceFacts.WindowFacts> windows = new ArrayList<>();
  private final Contents contents = new Contents();
  private long characters;
  private boolean rootEnded = true;
  private @Nullable String window;

  /** A segment of a window. */
  public record Shown(SegmentKind kind, @Nullable String source, @Nullable String content) {}

  /** An empty trace. */
  public MadeUpTrace() {
    trace.setTraceId("0123456789abcdef0123456789abcdef");
    trace.setVersions(new Versions());
    trace.setStartedAt(START);
    trace.setEndedAt(START.plusSeconds(60));
    trace.setTools(List.of());
    trace.setFlags(List.of());
    trace.setStatus(Status.unset);
    trace.setPhase(Phase.provisional);
    trace.setKeyTime(START);
    trace.setEvaluations(List.of());
    trace.setFeedback(List.of());
  }

  /** Adds a decision; its ID is its step. */
  public DecisionRecord decision(DecisionKind kind) {
    DecisionRecord row = new DecisionRecord();
    row.setTraceId(trace.getTraceId());
    row.setStep(decisions.size() + 1);
    row.setDecisionId(Integer.toString(row.getStep()));
    row.setKind(kind);
    row.setVersions(new Versions());
    row.setStartedAt(START.plusSeconds(row.getStep()));
    row.setEndedAt(START.plusSeconds(row.getStep()));
    row.setStatus(Status.ok);
    row.setChain(List.of());
    row.setConsidered(List.of());
    row.setConstraints(List.of());
    row.setMemoryChunkIds(List.of());
    row.setFlags(List.of());
    row.setEvaluations(List.of());
    row.setFeedback(List.of());
    row.setSnapshotId(window);
    row.setPhase(Phase.provisional);
    row.setKeyTime(START);
    decisions.add(row);
    return row;
  }

  /** Adds a tool call that succeeded. */
  public DecisionRecord tool(String name, String arguments, @Nullable String result) {
    DecisionRecord row = decision(DecisionKind.TOOL_CALL);
    row.setToolName(name);
    row.setToolArguments(arguments);
    row.setToolResult(result);
    return row;
  }

  /** Adds a tool call that failed. */
  public DecisionRecord failedTool(String name, String arguments) {
    DecisionRecord row = tool(name, arguments, null);
    row.setStatus(Status.error);
    row.setErrorMessage("out of reach");
    return row;
  }

  /** Adds a model call with so many tokens in its window. */
  public DecisionRecord model(long tokens, long limit) {
    DecisionRecord row = decision(DecisionKind.MODEL_CALL);
    row.setContextTokens(tokens);
    row.setContextLimit(limit);
    row.setTotalTokens(tokens);
    return row;
  }

  /** Adds the answer that ends it. */
  public DecisionRecord response(String text) {
    DecisionRecord row = decision(DecisionKind.RESPONSE);
    row.setChosen(text);
    return row;
  }

  /** Adds a context window, in which the decisions that follow are made. */
  public void window(Shown... shown) {
    List<ContextSegment> segments = new ArrayList<>();
    for (Shown one : shown) {
      ContextSegment segment = new ContextSegment();
      segment.setKind(one.kind());
      segment.setSource(one.source());
      segment.setContentType("text/plain");
      String content = one.content();
      if (content != null) {
        segment.setContentSha256(contents.add("text/plain", content));
        characters += content.length();
      }
      segments.add(segment);
    }
    Window now = new Window("w" + windows.size(), segments, contents);
    WindowChange change =
        windows.isEmpty()
            ? WindowChange.first(now)
            : WindowChange.between(windows.get(windows.size() - 1).window(), now, false);
    windows.add(new TraceFacts.WindowFacts("", now, change));
    window = now.snapshotId();
  }

  /** The root is missing, or has not ended. */
  public MadeUpTrace open() {
    rootEnded = false;
    return this;
  }

  /** The trace failed by its own word. */
  public MadeUpTrace failed() {
    trace.setStatus(Status.error);
    return this;
  }

  /** What evaluators are given. */
  public TraceFacts facts() {
    return TraceFacts.of(trace, decisions, windows, rootEnded, characters);
  }
}
