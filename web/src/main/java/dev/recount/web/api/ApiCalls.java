package dev.recount.web.api;

import static dev.recount.web.api.ApiParameter.DECISION_ID;
import static dev.recount.web.api.ApiParameter.TRACE_ID;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.PipelineStatus;
import dev.recount.web.Regressions;
import dev.recount.web.Tables;
import dev.recount.web.Windows;
import dev.recount.web.query.Comparison;
import dev.recount.web.query.Now;
import dev.recount.web.query.Parameters;
import dev.recount.web.query.Timeline;
import dev.recount.web.query.TraceCounts;
import dev.recount.web.query.TraceList;
import dev.recount.web.query.TraceStory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Everything that can be asked for. */
final class ApiCalls {
  private static final ApiParameter SNAPSHOT_ID =
      ApiParameter.required("snapshot_id", "ID of the context snapshot.");

  private ApiCalls() {}

  static List<ApiCall> of(
      Tables tables, Windows windows, Regressions regressions, PipelineStatus pipeline) {
    TraceList list = new TraceList(tables, InstantSource.system());
    TraceCounts counts = new TraceCounts(tables);
    TraceStory story = new TraceStory(tables);
    return List.of(
        new ApiCall(
            "/traces",
            "Traces, the latest first, a page at a time.",
            true,
            List.of(
                ApiParameter.whole("limit", "Traces of a page, up to 200. Default: 50"),
                ApiParameter.text("after", "What the page before gave as next.")),
            Map.of("traces", "the page", "next", "the value of after for the page that follows"),
            json(list::page)),
        new ApiCall(
            "/traces/histogram",
            "How many traces there are, in all and over time.",
            true,
            List.of(),
            Map.of(
                "total", "traces",
                "failed", "of them, with status error",
                "escalated", "of them, passed on to a person",
                "width_us", "how long a column is, in microseconds",
                "outside", "traces in no column, since their clocks cannot be right",
                "columns", "stretches of time with traces: start_us, total, failed, escalated"),
            json(counts::histogram)),
        new ApiCall(
            "/traces/choices",
            "What traces may be filtered by: the most frequent values of each column.",
            true,
            List.of(),
            Map.of(),
            json(counts::choices)),
        new ApiCall(
            "/traces/{trace_id}",
            "The story of a trace.",
            false,
            List.of(TRACE_ID),
            Map.of(
                "trace", "its row",
                "steps", "its decisions in order, without their long texts",
                "snapshots", "its context snapshots in order of time",
                "evaluations", "verdicts of evaluators",
                "feedback", "what people and systems said"),
            json(story::trace)),
        new ApiCall(
            "/traces/{trace_id}/spans",
            "The spans of a trace in order of time, the first 20,000 of them.",
            false,
            List.of(TRACE_ID),
            Map.of("spans", "ID, parent, name, times and status of each"),
            json(story::spans)),
        new ApiCall(
            "/traces/{trace_id}/step",
            "A step with its texts, and the window that it was made in.",
            false,
            List.of(TRACE_ID, DECISION_ID),
            Map.of(
                "step",
                    "its row; texts are cut at 20,000 characters, with their length beside them",
                "snapshot", "the context snapshot, with the segments that are new in it"),
            json(story::step)),
        new ApiCall(
            "/traces/{trace_id}/step/text",
            "One text of a step, whole.",
            false,
            List.of(
                TRACE_ID,
                DECISION_ID,
                ApiParameter.oneOf("field", "Which text.", TraceStory.longTexts())),
            Map.of(),
            parameters -> new ApiCall.Answer.Text(story.text(parameters), "text.txt")),
        new ApiCall(
            "/traces/{trace_id}/window",
            "What the model saw, from the archive.",
            false,
            List.of(TRACE_ID, SNAPSHOT_ID),
            Map.of(
                "model", "which model it was",
                "number", "which window of the trace it is, from 1",
                "segments", "kind, source, tokens and messages of each"),
            json(
                parameters -> {
                  String traceId = TraceStory.traceId(parameters);
                  String snapshotId = parameters.required("snapshot_id");
                  parameters.finish();
                  return (ObjectNode) windows.window(traceId, snapshotId);
                })),
        new ApiCall(
            "/traces/{trace_id}/request",
            "The same as a request that can be sent to a model again.",
            false,
            List.of(TRACE_ID, SNAPSHOT_ID),
            Map.of(),
            parameters -> {
              String traceId = TraceStory.traceId(parameters);
              String snapshotId = parameters.required("snapshot_id");
              parameters.finish();
              return new ApiCall.Answer.Text(windows.request(traceId, snapshotId), "request.json");
            }),
        new ApiCall(
            "/traces/{trace_id}/difference",
            "What changed from one window to another, from the archive.",
            false,
            List.of(
                TRACE_ID,
                ApiParameter.required("before", "ID of the one snapshot."),
                ApiParameter.required("after", "ID of the other.")),
            Map.of(
                "kept", "how many segments both have",
                "removed", "segments that only the one has",
                "added", "segments that only the other has"),
            json(
                parameters -> {
                  String traceId = TraceStory.traceId(parameters);
                  String before = parameters.required("before");
                  String after = parameters.required("after");
                  parameters.finish();
                  return (ObjectNode) windows.difference(traceId, before, after);
                })),
        new ApiCall(
            "/compare",
            "Two versions of anything side by side.",
            true,
            List.of(
                ApiParameter.text(
                    "dimension", "What there are versions of, a column. Default: agent_version"),
                ApiParameter.required("a", "The one version."),
                ApiParameter.required("b", "The other.")),
            Map.ofEntries(
                Map.entry(
                    "a",
                    "the one side: traces that count and, where they are a sample, stand_for; here"
                        + " and below filter finds the traces behind a number, beside what was"
                        + " asked and the version"),
                Map.entry("b", "the other"),
                Map.entry(
                    "measures", "outcomes, scores, latency and cost of both with 95 % intervals"),
                Map.entry(
                    "duration_quantiles",
                    "likewise the durations that half, 90 and 99 % of the traces do not exceed;"
                        + " without an interval where there are too few"),
                Map.entry("evaluators", "verdicts and scores likewise, of the most frequent"),
                Map.entry("evaluators_left_out", "how many more there are"),
                Map.entry("tools", "use and failures likewise, of the most frequent"),
                Map.entry("tools_left_out", "how many more there are"),
                Map.entry("calibration", "stated confidence against what came of it, in ten bins")),
            json(new Comparison(tables)::compare)),
        new ApiCall(
            "/versions",
            "When which version was at work, and how much of what it did failed.",
            true,
            List.of(
                ApiParameter.text(
                    "dimension", "What there are versions of, a column. Default: agent_version")),
            Map.of(
                "versions", "each with counts, and the same over time in its stretches",
                "left_out", "how many versions with fewer traces there are besides"),
            json(new Timeline(tables)::versions)),
        new ApiCall(
            "/bisect",
            "Which change of a version explains a regression, as recount bisect tells it.",
            false,
            List.of(
                ApiParameter.oneOf(
                    "measure", "What got worse. Default: outcome", Regressions.MEASURES),
                ApiParameter.text("evaluator", "With measure=score: whose scores count."),
                ApiParameter.text("agent_name", "This agent only."),
                ApiParameter.text("service", "This service only."),
                ApiParameter.text("environment", "This environment only."),
                ApiParameter.text("from", "Earliest start: ISO 8601, or microseconds."),
                ApiParameter.text("to", "Start before which traces count, likewise."),
                ApiParameter.text("change", "Since when it is worse, likewise; else it is found.")),
            Map.of(
                "window", "from when to when, and the change between",
                "before", "traces and mean before the change",
                "after", "and after it",
                "findings", "changes of versions that explain it, the one that explains most first",
                "course", "the measure over time"),
            json(parameters -> (ObjectNode) regressions.search(question(parameters)))),
        new ApiCall(
            "/now",
            "What is going on: open traces, alerts, the latest feedback, health and lag.",
            false,
            List.of(),
            Map.of(
                "open", "traces that have not settled",
                "alerts", "those that fire, and those of the last day",
                "feedback", "the latest",
                "unavailable", "why these are not there, while ClickHouse does not answer",
                "pipeline",
                    "roles with their health, and records that each consumer has yet to read"),
            json(new Now(tables, pipeline)::now)));
  }

  private static Regressions.Question question(Parameters parameters) {
    Regressions.Question question =
        new Regressions.Question(
            parameters.oneOf("measure", Regressions.MEASURES).orElse("outcome"),
            parameters.text("evaluator").orElse(""),
            parameters.text("agent_name").orElse(""),
            parameters.text("service").orElse(""),
            parameters.text("environment").orElse(""),
            parameters.time("from"),
            parameters.time("to"),
            parameters.time("change"));
    parameters.finish();
    return question;
  }

  private static ApiCall.Handler json(Function<Parameters, ObjectNode> answer) {
    return parameters -> new ApiCall.Answer.Json(answer.apply(parameters));
  }
}
