package dev.recount.topology;

/** Names of the topology's nodes, each of which names what it does or where it leads. */
public final class NodeNames {
  public static final String OTLP_SPANS_SOURCE = "otlp-spans-source";
  public static final String OTLP_LOGS_SOURCE = "otlp-logs-source";
  public static final String SNAPSHOTS_SOURCE = "context-snapshots-source";
  public static final String DECISIONS_SOURCE = "agent-decisions-source";
  public static final String FEEDBACK_SOURCE = "feedback-source";

  public static final String SPAN_INTAKE = "span-intake";
  public static final String LOG_INTAKE = "log-intake";
  public static final String SNAPSHOT_INTAKE = "snapshot-intake";
  public static final String DECISION_INTAKE = "decision-intake";
  public static final String FEEDBACK_INTAKE = "feedback-intake";

  public static final String INTAKE_EVENTS = "intake-trace-events-sink";
  public static final String INTAKE_DEAD_LETTERS = "intake-dead-letters-sink";

  public static final String TRACE_EVENTS_SOURCE = "trace-events-source";
  public static final String ASSEMBLER = "trace-assembler";

  public static final String ASSEMBLY_EVENTS = "assembly-trace-events-sink";
  public static final String ASSEMBLY_DEAD_LETTERS = "assembly-dead-letters-sink";
  public static final String DECISION_RECORDS = "decision-records-sink";
  public static final String TRACE_RECORDS = "trace-records-sink";
  public static final String RETAINED_SPANS = "retained-spans-sink";
  public static final String SNAPSHOT_RECORDS = "snapshot-records-sink";
  public static final String SNAPSHOT_CONTENTS = "snapshot-contents-sink";
  public static final String EVALUATIONS = "evaluations-sink";
  public static final String FEEDBACK_RECORDS = "feedback-records-sink";
  public static final String UNMATCHED_FEEDBACK = "unmatched-feedback-sink";

  public static final String EVALUATION_ROWS_SOURCE = "evaluation-rows-source";
  public static final String TRACE_ROWS_SOURCE = "trace-rows-source";
  public static final String DECISION_ROWS_SOURCE = "decision-rows-source";
  public static final String EVALUATION_OBSERVER = "evaluation-observer";
  public static final String TRACE_OBSERVER = "trace-observer";
  public static final String DECISION_OBSERVER = "decision-observer";
  public static final String OBSERVATIONS = "alert-observations-sink";
  public static final String OBSERVATION_DEAD_LETTERS = "alert-observation-dead-letters-sink";

  public static final String OBSERVATIONS_SOURCE = "alert-observations-source";
  public static final String ALERT_EVALUATOR = "alert-evaluator";
  public static final String ALERT_TICKS = "alert-ticks-sink";
  public static final String ALERT_DEAD_LETTERS = "alert-dead-letters-sink";
  public static final String ALERTS = "alerts-sink";

  private NodeNames() {}
}
