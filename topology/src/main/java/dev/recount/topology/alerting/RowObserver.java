package dev.recount.topology.alerting;

import dev.recount.avro.AlertObservation;
import dev.recount.avro.Phase;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.NodeNames;
import dev.recount.topology.TopologyCodecs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Tells every rule what a settled row says to it. Keeps nothing: what a revision takes the place of
 * is known where the rule is watched.
 *
 * @param <R> the row
 */
public final class RowObserver<R extends SpecificRecordBase>
    implements Processor<byte[], byte[], byte[], byte[]> {
  private final RowType<R> type;
  private final AvroCodec<R> codec;
  private final AvroCodec<AlertObservation> observations;
  private final List<AlertRule> rules;

  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], byte[]> context;

  private RowObserver(
      RowType<R> type, AvroCodec<R> codec, TopologyCodecs codecs, AlertRules rules) {
    this.type = type;
    this.codec = codec;
    this.observations = codecs.alertObservations();
    this.rules = rules.on(type);
  }

  /** Supplies observers of evaluations. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> ofEvaluations(
      TopologyCodecs codecs, AlertRules rules) {
    return () -> new RowObserver<>(RowType.EVALUATIONS, codecs.evaluations(), codecs, rules);
  }

  /** Supplies observers of traces. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> ofTraces(
      TopologyCodecs codecs, AlertRules rules) {
    return () -> new RowObserver<>(RowType.TRACES, codecs.traceRecords(), codecs, rules);
  }

  /** Supplies observers of decisions. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> ofDecisions(
      TopologyCodecs codecs, AlertRules rules) {
    return () -> new RowObserver<>(RowType.DECISIONS, codecs.decisionRecords(), codecs, rules);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (rules.isEmpty() || record.value() == null) {
      return;
    }
    R row;
    try {
      row = codec.decode(record.value());
    } catch (UndecodableException undecodable) {
      Undecodable.report(context, record, undecodable, NodeNames.OBSERVATION_DEAD_LETTERS);
      return;
    }
    if (type.phase(row) == Phase.provisional) {
      return;
    }
    for (AlertRule rule : rules) {
      observe(rule, row, record.timestamp());
    }
  }

  private void observe(AlertRule rule, R row, long now) {
    boolean concerned = !type.deleted(row) && rule.concerns(type, row);
    Double value = concerned ? rule.measure().of(type, row) : null;
    boolean amended = type.phase(row) == Phase.amended;
    if (value == null && !amended) {
      // There is nothing to take out: it is the first of its revisions that counts.
      return;
    }
    AlertObservation observation = new AlertObservation();
    observation.setRow(type.id(row));
    observation.setTraceId(type.traceId(row));
    observation.setLabels(rule.labels(type, row));
    observation.setValue(value);
    observation.setAmended(amended);
    observation.setKeyTime(Instant.ofEpochMilli(type.keyTime(row)));
    byte[] key = rule.name().getBytes(StandardCharsets.UTF_8);
    context.forward(
        new Record<>(key, observations.encode(observation), now), NodeNames.OBSERVATIONS);
  }
}
