package dev.recount.schemas;

import static dev.recount.schemas.Topic.Cleanup.COMPACT;
import static dev.recount.schemas.Topic.Cleanup.COMPACT_AND_DELETE;
import static dev.recount.schemas.Topic.Cleanup.DELETE;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertObservation;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/** The topic catalogue: every topic that Recount reads or writes, under one prefix. */
public final class Topics {
  /** Largest OTLP record, in bytes: the receiver splits what is larger. */
  public static final int OTLP_MAXIMUM_BYTES = 16 << 20;

  /** Largest entry of a trace's log, in bytes: one span of the largest OTLP record, re-encoded. */
  public static final int EVENT_MAXIMUM_BYTES = 24 << 20;

  /**
   * Largest record that the topology writes, in bytes: an entry of the log and what is put to it.
   */
  public static final int RECORD_MAXIMUM_BYTES = 32 << 20;

  /** Header of a row that a replay has derived anew: it is no news. Its value is the replay. */
  public static final String REBUILT_HEADER = "recount.replay";

  private static final int OBSERVATION_MAXIMUM_BYTES = 1 << 20;

  /** They are counted within moments, and nobody reads them afterwards. */
  private static final Duration OBSERVATION_RETENTION = Duration.ofDays(1);

  private static final int STATE_MAXIMUM_BYTES = 4 << 20;

  private static final String LOG = "trace-events";

  private static final Duration RAW_RETENTION = Duration.ofDays(7);
  private static final Duration LOG_RETENTION = Duration.ofDays(30);
  private static final Duration RECORD_RETENTION = Duration.ofDays(30);

  private final String prefix;

  private final Topic otlpSpans;
  private final Topic otlpLogs;
  private final Topic contextSnapshots;
  private final Topic agentDecisions;
  private final Topic feedback;
  private final Topic traceEvents;
  private final Topic decisionRecords;
  private final Topic traceRecords;
  private final Topic retainedSpans;
  private final Topic snapshotRecords;
  private final Topic snapshotContents;
  private final Topic evaluations;
  private final Topic alertObservations;
  private final Topic alerts;
  private final Topic feedbackRecords;
  private final Topic unmatchedFeedback;
  private final Topic deadLetters;
  private final Topic pipelineState;

  private Topics(String prefix, String log) {
    this.prefix = prefix;
    String any = "any";
    String traceId = "trace ID";
    this.otlpSpans = otlp("otlp_spans");
    this.otlpLogs = otlp("otlp_logs");
    this.contextSnapshots = input("context-snapshots", any, ContextSnapshot.getClassSchema());
    this.agentDecisions = input("agent-decisions", any, DecisionEvent.getClassSchema());
    this.feedback = input("feedback", any, FeedbackEvent.getClassSchema());
    this.traceEvents =
        new Topic(
            log,
            "trace ID, or alias:<kind>:<value>",
            Optional.of(TraceEvent.getClassSchema()),
            DELETE,
            LOG_RETENTION,
            EVENT_MAXIMUM_BYTES,
            true);
    this.decisionRecords =
        output("decision-records", "<trace ID>/<decision ID>", DecisionRecord.getClassSchema());
    this.traceRecords = output("trace-records", traceId, TraceRecord.getClassSchema());
    this.retainedSpans = stream("retained-spans", traceId, Span.getClassSchema());
    this.snapshotRecords =
        stream("snapshot-records", "<trace ID>/<snapshot ID>", SnapshotRecord.getClassSchema());
    this.snapshotContents = stream("snapshot-contents", traceId, SnapshotContents.getClassSchema());
    this.evaluations = stream("evaluations", traceId, Evaluation.getClassSchema());
    this.alertObservations =
        new Topic(
            prefix + "alert-observations",
            "name of an alert rule",
            Optional.of(AlertObservation.getClassSchema()),
            DELETE,
            OBSERVATION_RETENTION,
            OBSERVATION_MAXIMUM_BYTES,
            true);
    this.alerts = output("alerts", "alert ID", Alert.getClassSchema());
    this.feedbackRecords =
        stream("feedback-records", "feedback ID", FeedbackRecord.getClassSchema());
    this.unmatchedFeedback =
        stream("unmatched-feedback", "feedback ID", FeedbackRecord.getClassSchema());
    this.deadLetters =
        new Topic(
            prefix + "dead-letters",
            "original key",
            Optional.empty(),
            DELETE,
            RECORD_RETENTION,
            RECORD_MAXIMUM_BYTES,
            false);
    this.pipelineState =
        new Topic(
            prefix + "pipeline-state",
            "what it is about",
            Optional.empty(),
            COMPACT,
            LOG_RETENTION,
            STATE_MAXIMUM_BYTES,
            false);
  }

  /**
   * The catalogue under a prefix.
   *
   * @param prefix put before every name as it is, for instance {@code staging.}; may be empty
   */
  public static Topics withPrefix(String prefix) {
    return new Topics(prefix, prefix + LOG);
  }

  /**
   * The same catalogue with another log of traces, as a replay of the raw topics makes one. Its
   * schema stays registered under the usual name.
   *
   * @param name full name of the topic
   */
  public Topics withTraceEvents(String name) {
    return new Topics(prefix, name);
  }

  private Topic otlp(String name) {
    return input(name, "any", Optional.empty());
  }

  private Topic input(String name, String key, Schema value) {
    return input(name, key, Optional.of(value));
  }

  /**
   * Stamped by the broker: a sender whose clock is far ahead would be refused otherwise, and what
   * one that is far behind sends would be deleted before it is read.
   */
  private Topic input(String name, String key, Optional<Schema> value) {
    return new Topic(prefix + name, key, value, DELETE, RAW_RETENTION, OTLP_MAXIMUM_BYTES, true);
  }

  private Topic output(String name, String key, Schema value) {
    return new Topic(
        prefix + name,
        key,
        Optional.of(value),
        COMPACT_AND_DELETE,
        RECORD_RETENTION,
        RECORD_MAXIMUM_BYTES,
        false);
  }

  private Topic stream(String name, String key, Schema value) {
    return new Topic(
        prefix + name,
        key,
        Optional.of(value),
        DELETE,
        RECORD_RETENTION,
        RECORD_MAXIMUM_BYTES,
        false);
  }

  /** Put before every name; may be empty. */
  public String prefix() {
    return prefix;
  }

  /** OTLP spans as protobuf or JSON, several traces to a record. */
  public Topic otlpSpans() {
    return otlpSpans;
  }

  /** OTLP log records as protobuf or JSON. */
  public Topic otlpLogs() {
    return otlpLogs;
  }

  /** Explicit context snapshots. */
  public Topic contextSnapshots() {
    return contextSnapshots;
  }

  /** Explicit decisions. */
  public Topic agentDecisions() {
    return agentDecisions;
  }

  /** Feedback of every kind. */
  public Topic feedback() {
    return feedback;
  }

  /** The log of every trace, stamped by the broker. Everything derived is a function of it. */
  public Topic traceEvents() {
    return traceEvents;
  }

  /** One record per decision and revision. */
  public Topic decisionRecords() {
    return decisionRecords;
  }

  /** One record per trace and revision. */
  public Topic traceRecords() {
    return traceRecords;
  }

  /** Spans of retained traces. */
  public Topic retainedSpans() {
    return retainedSpans;
  }

  /** Manifests of context snapshots. */
  public Topic snapshotRecords() {
    return snapshotRecords;
  }

  /** Bodies of the segments of context snapshots, once for a trace. */
  public Topic snapshotContents() {
    return snapshotContents;
  }

  /** Verdicts of evaluators. */
  public Topic evaluations() {
    return evaluations;
  }

  /** What rows say to the rules of alerts, stamped by the broker. Internal. */
  public Topic alertObservations() {
    return alertObservations;
  }

  /** Rules that fired. */
  public Topic alerts() {
    return alerts;
  }

  /** Every feedback event with what it was joined to. */
  public Topic feedbackRecords() {
    return feedbackRecords;
  }

  /** Feedback that could not be joined within the wait, with the reason. */
  public Topic unmatchedFeedback() {
    return unmatchedFeedback;
  }

  /** What could not be processed, as original bytes with {@link DeadLetters headers}. */
  public Topic deadLetters() {
    return deadLetters;
  }

  /** Which application of the topology is in force, and the journal of replays. Internal. */
  public Topic pipelineState() {
    return pipelineState;
  }

  /** Topics that users write to. */
  public List<Topic> inputs() {
    return List.of(otlpSpans, otlpLogs, contextSnapshots, agentDecisions, feedback);
  }

  /** Topics that the topology writes for users and sinks. */
  public List<Topic> outputs() {
    return List.of(
        decisionRecords,
        traceRecords,
        retainedSpans,
        snapshotRecords,
        snapshotContents,
        evaluations,
        alerts,
        feedbackRecords,
        unmatchedFeedback,
        deadLetters);
  }

  /**
   * Those of the outputs whose records are rows of tables: all but the bodies of snapshots, which
   * their manifests name and which are kept elsewhere.
   */
  public List<Topic> tables() {
    return outputs().stream().filter(topic -> !topic.equals(snapshotContents)).toList();
  }

  /** Every topic of the catalogue. */
  public List<Topic> all() {
    return List.of(
        otlpSpans,
        otlpLogs,
        contextSnapshots,
        agentDecisions,
        feedback,
        traceEvents,
        decisionRecords,
        traceRecords,
        retainedSpans,
        snapshotRecords,
        snapshotContents,
        evaluations,
        alertObservations,
        alerts,
        feedbackRecords,
        unmatchedFeedback,
        deadLetters,
        pipelineState);
  }
}
