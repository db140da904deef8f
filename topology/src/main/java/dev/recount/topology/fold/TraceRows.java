package dev.recount.topology.fold;

import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.ToolCallMention;
import dev.recount.avro.TraceRecord;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one trace. Phase, revision, key time and sampling are left at neutral values: the
 * lifecycle fills them in when it emits a row.
 *
 * @param trace the trace's own row
 * @param decisions in order of their steps
 * @param snapshots in order of capture, made anew whenever they are gone through: a large trace has
 *     many, and each is of use for a moment
 * @param contents bodies of the segments of the snapshots by their SHA-256, each once
 * @param evaluations in order of their IDs, from evaluators and from feedback
 * @param verdicts those of them that come from evaluators, in no particular order
 * @param feedback in order of occurrence
 * @param mentions tool calls that another trace of the session may know more of
 * @param enclosingDecisions gives, for spans that feedback names and that are no decision, the ID
 *     of the nearest decision around them
 * @param foldedPart what of the trace was folded, by which evaluators judged; null for all of it
 */
public record TraceRows(
    TraceRecord trace,
    DecisionList decisions,
    Iterable<SnapshotRecord> snapshots,
    Map<String, SnapshotContent> contents,
    List<Evaluation> evaluations,
    List<Evaluation> verdicts,
    List<FeedbackRecord> feedback,
    List<ToolCallMention> mentions,
    Supplier<Map<String, String>> enclosingDecisions,
    @Nullable FoldedPart foldedPart) {}
