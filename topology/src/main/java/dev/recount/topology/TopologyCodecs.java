package dev.recount.topology;

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
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.avro.specific.SpecificRecordBase;

/** One codec per record type that the topology reads or writes. */
public record TopologyCodecs(
    AvroCodec<ContextSnapshot> contextSnapshots,
    AvroCodec<DecisionEvent> decisionEvents,
    AvroCodec<FeedbackEvent> feedbackEvents,
    AvroCodec<TraceEvent> traceEvents,
    AvroCodec<DecisionRecord> decisionRecords,
    AvroCodec<TraceRecord> traceRecords,
    AvroCodec<Span> retainedSpans,
    AvroCodec<SnapshotRecord> snapshotRecords,
    AvroCodec<SnapshotContents> snapshotContents,
    AvroCodec<Evaluation> evaluations,
    AvroCodec<FeedbackRecord> feedbackRecords,
    AvroCodec<FeedbackRecord> unmatchedFeedback,
    AvroCodec<AlertObservation> alertObservations,
    AvroCodec<Alert> alerts) {

  /**
   * Registers the schemas of the topology's topics, where they are new, and makes their codecs.
   *
   * @throws dev.recount.schemas.RegistryUnavailableException when the registry does not answer
   */
  public static TopologyCodecs of(SchemaRegistryClient registry, Topics topics) {
    Codecs codecs = new Codecs(registry);
    return new TopologyCodecs(
        codecs.of(ContextSnapshot.class, topics.contextSnapshots()),
        codecs.of(DecisionEvent.class, topics.agentDecisions()),
        codecs.of(FeedbackEvent.class, topics.feedback()),
        codecs.of(TraceEvent.class, topics.traceEvents()),
        codecs.of(DecisionRecord.class, topics.decisionRecords()),
        codecs.of(TraceRecord.class, topics.traceRecords()),
        codecs.of(Span.class, topics.retainedSpans()),
        codecs.of(SnapshotRecord.class, topics.snapshotRecords()),
        codecs.of(SnapshotContents.class, topics.snapshotContents()),
        codecs.of(Evaluation.class, topics.evaluations()),
        codecs.of(FeedbackRecord.class, topics.feedbackRecords()),
        codecs.of(FeedbackRecord.class, topics.unmatchedFeedback()),
        codecs.of(AlertObservation.class, topics.alertObservations()),
        codecs.of(Alert.class, topics.alerts()));
  }

  private record Codecs(SchemaRegistryClient registry) {
    <T extends SpecificRecordBase> AvroCodec<T> of(Class<T> type, Topic topic) {
      return AvroCodec.of(type, topic.subject(), registry);
    }
  }
}
