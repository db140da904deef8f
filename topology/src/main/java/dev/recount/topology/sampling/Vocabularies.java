package dev.recount.topology.sampling;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.Status;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceRecord;
import dev.recount.avro.Versions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What conditions can ask about, of a trace and of its parts. */
final class Vocabularies {
  private static final double NANOSECONDS = 1e6;

  private static final Vocabulary<SpanEvent> EVENT =
      new Vocabulary<SpanEvent>()
          .value("name", ValueKind.TEXT, SpanEvent::getName)
          .keyed("attributes", (event, key) -> attribute(event.getAttributes(), key));

  private static final Vocabulary<Span> SPAN =
      new Vocabulary<Span>()
          .value("name", ValueKind.TEXT, Span::getName)
          .value("kind", ValueKind.WORD, Span::getKind)
          .value("status", ValueKind.WORD, Span::getStatusCode)
          .value("status_message", ValueKind.TEXT, Span::getStatusMessage)
          .value("service", ValueKind.TEXT, Span::getServiceName)
          .value("scope", ValueKind.TEXT, Span::getScopeName)
          .value("scope_version", ValueKind.TEXT, Span::getScopeVersion)
          .term("duration", ValueKind.DURATION, Vocabularies::duration)
          .value("is_root", ValueKind.BOOLEAN, span -> span.getParentSpanId() == null)
          .value("sampled", ValueKind.BOOLEAN, span -> (span.getFlags() & 1) != 0)
          .value("span_id", ValueKind.TEXT, Span::getSpanId)
          .value("event_count", ValueKind.NUMBER, span -> span.getEvents().size())
          .value("link_count", ValueKind.NUMBER, span -> span.getLinks().size())
          .keyed("attributes", Vocabularies::attribute)
          .keyed("resource", (span, key) -> attribute(span.getResourceAttributes(), key))
          .keyed("trace_state", Vocabularies::traceState)
          .part("event", Span::getEvents, EVENT, event -> "event '" + event.getName() + "'");

  private static final Vocabulary<DecisionRecord> DECISION =
      versions(new Vocabulary<DecisionRecord>(), decision -> List.of(decision.getVersions()))
          .value("kind", ValueKind.WORD, DecisionRecord::getKind)
          .value("name", ValueKind.TEXT, DecisionRecord::getName)
          .value("step", ValueKind.NUMBER, DecisionRecord::getStep)
          .value("status", ValueKind.WORD, DecisionRecord::getStatus)
          .value("error_type", ValueKind.TEXT, DecisionRecord::getErrorType)
          .value("error_message", ValueKind.TEXT, DecisionRecord::getErrorMessage)
          .value("service", ValueKind.TEXT, DecisionRecord::getService)
          .term(
              "duration",
              ValueKind.DURATION,
              decision -> Values.between(decision.getStartedAt(), decision.getEndedAt()))
          .value("tool", ValueKind.TEXT, DecisionRecord::getToolName)
          .value("tool_arguments", ValueKind.TEXT, DecisionRecord::getToolArguments)
          .value("tool_result", ValueKind.TEXT, DecisionRecord::getToolResult)
          .value("tool_depth", ValueKind.NUMBER, DecisionRecord::getToolDepth)
          .value("chosen", ValueKind.TEXT, DecisionRecord::getChosen)
          .value("rationale", ValueKind.TEXT, DecisionRecord::getRationale)
          .value("confidence", ValueKind.SHARE, DecisionRecord::getConfidence)
          .value("outcome_matched", ValueKind.BOOLEAN, DecisionRecord::getOutcomeMatched)
          .term("flag", ValueKind.WORD, decision -> decision.getFlags())
          .value("input_tokens", ValueKind.NUMBER, DecisionRecord::getInputTokens)
          .value("output_tokens", ValueKind.NUMBER, DecisionRecord::getOutputTokens)
          .value("total_tokens", ValueKind.NUMBER, DecisionRecord::getTotalTokens)
          .term("cost", ValueKind.MONEY, decision -> Values.dollars(decision.getCostNanoUsd()))
          .value("context_utilization", ValueKind.SHARE, Vocabularies::utilization)
          .value("context_truncated", ValueKind.BOOLEAN, DecisionRecord::getContextTruncated);

  private static final Vocabulary<Evaluation> EVALUATION =
      versions(new Vocabulary<Evaluation>(), evaluation -> List.of(evaluation.getVersions()))
          .value("name", ValueKind.TEXT, Evaluation::getName)
          .value("evaluator", ValueKind.TEXT, Evaluation::getEvaluator)
          .value("score", ValueKind.NUMBER, Evaluation::getScore)
          .value("label", ValueKind.TEXT, Evaluation::getLabel)
          .value("passed", ValueKind.BOOLEAN, Evaluation::getPassed);

  private static final Vocabulary<FeedbackEvent> FEEDBACK =
      new Vocabulary<FeedbackEvent>()
          .value("kind", ValueKind.WORD, FeedbackEvent::getKind)
          .value("source", ValueKind.TEXT, FeedbackEvent::getSource)
          .value("name", ValueKind.TEXT, FeedbackEvent::getName)
          .value("score", ValueKind.NUMBER, FeedbackEvent::getScore)
          .value("label", ValueKind.TEXT, FeedbackEvent::getLabel)
          .value("passed", ValueKind.BOOLEAN, FeedbackEvent::getPassed)
          .value("comment", ValueKind.TEXT, FeedbackEvent::getComment)
          .value("model", ValueKind.TEXT, FeedbackEvent::getModel)
          .keyed("attributes", (event, key) -> Values.of(event.getAttributes().get(key)));

  /** Terms of a trace that spans beyond its cap still change. */
  static final Set<String> OF_SIZE = Set.of("span_count", "duration");

  /** Of a trace. */
  static final Vocabulary<Evidence> TRACE =
      versions(new Vocabulary<Evidence>(), Vocabularies::allVersions)
          .term("service", ValueKind.TEXT, Vocabularies::services)
          .value("environment", ValueKind.TEXT, of -> of.trace().getEnvironment())
          .value("session_id", ValueKind.TEXT, of -> of.trace().getSessionId())
          .value("user_id", ValueKind.TEXT, of -> of.trace().getUserId())
          .value("root_name", ValueKind.TEXT, of -> of.trace().getRootName())
          .value("has_root", ValueKind.BOOLEAN, of -> of.trace().getRootName() != null)
          .value("error", ValueKind.BOOLEAN, Vocabularies::failed)
          .value("status", ValueKind.WORD, of -> of.trace().getStatus())
          .value("error_count", ValueKind.NUMBER, of -> of.trace().getErrorCount())
          .term("error_type", ValueKind.TEXT, of -> each(of, DecisionRecord::getErrorType))
          .value("escalated", ValueKind.BOOLEAN, of -> of.trace().getEscalated())
          .value("rolled_back", ValueKind.BOOLEAN, of -> of.trace().getRolledBack())
          .term("flag", ValueKind.WORD, of -> of.trace().getFlags())
          .term(
              "duration",
              ValueKind.DURATION,
              of -> Values.between(of.trace().getStartedAt(), of.trace().getEndedAt()))
          .value("span_count", ValueKind.NUMBER, of -> of.trace().getSpanCount())
          .value("decision_count", ValueKind.NUMBER, of -> of.trace().getDecisionCount())
          .value("snapshot_count", ValueKind.NUMBER, of -> of.trace().getSnapshotCount())
          .value("tool_calls", ValueKind.NUMBER, of -> count(of, DecisionKind.TOOL_CALL))
          .value("model_calls", ValueKind.NUMBER, of -> count(of, DecisionKind.MODEL_CALL))
          .term("tool", ValueKind.TEXT, of -> of.trace().getTools())
          .value("tool_depth", ValueKind.NUMBER, Vocabularies::toolDepth)
          .value("tool_repeats", ValueKind.NUMBER, Vocabularies::toolRepeats)
          .value("tool_repeats_in_a_row", ValueKind.NUMBER, Vocabularies::toolRepeatsInARow)
          .value("input_tokens", ValueKind.NUMBER, of -> of.trace().getInputTokens())
          .value("output_tokens", ValueKind.NUMBER, of -> of.trace().getOutputTokens())
          .value("total_tokens", ValueKind.NUMBER, of -> of.trace().getTotalTokens())
          .term("cost", ValueKind.MONEY, of -> Values.dollars(of.trace().getCostNanoUsd()))
          .value(
              "context_utilization", ValueKind.SHARE, of -> of.trace().getMaxContextUtilization())
          .value("confidence", ValueKind.SHARE, Vocabularies::confidence)
          .value("evaluation_min_score", ValueKind.NUMBER, of -> of.trace().getEvaluationMinScore())
          .value("feedback_score", ValueKind.NUMBER, of -> of.trace().getFeedbackScore())
          .value("trace_id", ValueKind.TEXT, of -> of.trace().getTraceId())
          .keyed("attributes", Vocabularies::anyAttribute)
          .keyed("trace_state", Vocabularies::anyTraceState)
          .part("span", Evidence::spans, SPAN, Vocabularies::label)
          .part("root", of -> of.root().map(List::of).orElse(List.of()), SPAN, Vocabularies::label)
          .part("decision", Evidence::decisions, DECISION, Vocabularies::label)
          .part("evaluation", Evidence::evaluations, EVALUATION, each -> "'" + each.getName() + "'")
          .part(
              "feedback",
              Evidence::feedback,
              FEEDBACK,
              each -> each.getKind() + " " + each.getFeedbackId());

  private Vocabularies() {}

  private static <T> Vocabulary<T> versions(
      Vocabulary<T> vocabulary, Function<T, List<Versions>> of) {
    Map<String, Function<Versions, @Nullable String>> dimensions =
        Map.ofEntries(
            Map.entry("agent_name", Versions::getAgentName),
            Map.entry("agent_version", Versions::getAgentVersion),
            Map.entry("model", Versions::getModel),
            Map.entry("response_model", Versions::getResponseModel),
            Map.entry("prompt_name", Versions::getPromptName),
            Map.entry("prompt_version", Versions::getPromptVersion),
            Map.entry("tool_schema_version", Versions::getToolSchemaVersion),
            Map.entry("memory_index_version", Versions::getMemoryIndexVersion),
            Map.entry("framework", Versions::getFramework),
            Map.entry("framework_version", Versions::getFrameworkVersion),
            Map.entry("release", Versions::getRelease));
    dimensions.forEach(
        (name, dimension) ->
            vocabulary.term(
                name,
                ValueKind.TEXT,
                subject ->
                    Values.distinct(
                        of.apply(subject).stream()
                            .<@Nullable Object>map(dimension::apply)
                            .filter(Objects::nonNull)
                            .toList())));
    return vocabulary;
  }

  /** Of several agents at work in a trace each has versions of its own. */
  private static List<Versions> allVersions(Evidence of) {
    List<Versions> all = new ArrayList<>();
    all.add(of.trace().getVersions());
    of.decisions().forEach(decision -> all.add(decision.getVersions()));
    return all;
  }

  private static List<Object> services(Evidence of) {
    List<@Nullable Object> services = new ArrayList<>();
    services.add(of.trace().getService());
    of.decisions().forEach(decision -> services.add(decision.getService()));
    of.spans().forEach(span -> services.add(span.getServiceName()));
    return Values.distinct(services);
  }

  private static boolean failed(Evidence of) {
    TraceRecord trace = of.trace();
    return trace.getStatus() == Status.error
        || trace.getErrorCount() > 0
        || of.spans().stream().anyMatch(span -> span.getStatusCode() == StatusCode.ERROR);
  }

  private static List<Object> each(Evidence of, Function<DecisionRecord, @Nullable Object> value) {
    List<@Nullable Object> values = new ArrayList<>();
    of.decisions().forEach(decision -> values.add(value.apply(decision)));
    return Values.distinct(values);
  }

  private static long count(Evidence of, DecisionKind kind) {
    return of.decisions().stream().filter(decision -> decision.getKind() == kind).count();
  }

  private static int toolDepth(Evidence of) {
    return of.decisions().stream().mapToInt(DecisionRecord::getToolDepth).max().orElse(0);
  }

  /** Calls of the tool that was called most. */
  private static long toolRepeats(Evidence of) {
    Map<String, Long> calls = new HashMap<>();
    long most = 0;
    for (DecisionRecord decision : of.decisions()) {
      String tool = decision.getToolName();
      if (decision.getKind() == DecisionKind.TOOL_CALL && tool != null) {
        most = Math.max(most, calls.merge(tool, 1L, Long::sum));
      }
    }
    return most;
  }

  /** Longest run of calls of one tool with no call of another between them. */
  private static long toolRepeatsInARow(Evidence of) {
    long longest = 0;
    long run = 0;
    String last = null;
    for (DecisionRecord decision : of.decisions()) {
      String tool = decision.getToolName();
      if (decision.getKind() == DecisionKind.TOOL_CALL && tool != null) {
        run = tool.equals(last) ? run + 1 : 1;
        last = tool;
        longest = Math.max(longest, run);
      }
    }
    return longest;
  }

  /** Of the decision that the agent was least sure of. */
  private static @Nullable Double confidence(Evidence of) {
    Double lowest = null;
    for (DecisionRecord decision : of.decisions()) {
      Double confidence = decision.getConfidence();
      if (confidence != null && (lowest == null || confidence < lowest)) {
        lowest = confidence;
      }
    }
    return lowest;
  }

  private static @Nullable Double utilization(DecisionRecord decision) {
    Long tokens = decision.getContextTokens();
    Long limit = decision.getContextLimit();
    return tokens == null || limit == null || limit <= 0 ? null : (double) tokens / limit;
  }

  private static List<Object> duration(Span span) {
    long end = span.getEndTimeUnixNano();
    return end == 0 ? List.of() : List.of((end - span.getStartTimeUnixNano()) / NANOSECONDS);
  }

  private static List<Object> attribute(Map<String, Object> attributes, String key) {
    return Values.ofAttribute(attributes.get(key));
  }

  /** An attribute of a span, else of its resource. */
  private static List<Object> attribute(Span span, String key) {
    return span.getAttributes().containsKey(key)
        ? attribute(span.getAttributes(), key)
        : attribute(span.getResourceAttributes(), key);
  }

  private static List<Object> anyAttribute(Evidence of, String key) {
    List<Object> values = new ArrayList<>();
    for (Span span : of.spans()) {
      values.addAll(attribute(span.getAttributes(), key));
      values.addAll(attribute(span.getResourceAttributes(), key));
    }
    return values;
  }

  private static List<Object> traceState(Span span, String key) {
    return Values.of(TraceState.parse(span.getTraceState()).members().get(key));
  }

  private static List<Object> anyTraceState(Evidence of, String key) {
    return Values.distinct(
        of.spans().stream().flatMap(span -> traceState(span, key).stream()).toList());
  }

  private static String label(Span span) {
    return "span '" + span.getName() + "' " + span.getSpanId();
  }

  private static String label(DecisionRecord decision) {
    String name = decision.getToolName() == null ? decision.getName() : decision.getToolName();
    return "step "
        + decision.getStep()
        + ", "
        + decision.getKind()
        + (name == null ? "" : " " + name);
  }
}
