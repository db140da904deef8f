package dev.recount.topology.alerting;

import dev.recount.avro.AlertObservation;
import dev.recount.avro.Evaluation;
import dev.recount.avro.Phase;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topics;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.TopologyCodecs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
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
  private final Route route;
  private final Predicate<R> counts;

  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], byte[]> context;

  /**
   * Where an observer leads.
   *
   * @param observations sink of what rows say
   * @param deadLetters sink of what cannot be read
   */
  public record Route(String observations, String deadLetters) {}

  private RowObserver(
      RowType<R> type,
      AvroCodec<R> codec,
      TopologyCodecs codecs,
      AlertRules rules,
      Route route,
      Predicate<R> counts) {
    this.type = type;
    this.route = route;
    this.counts = counts;
    this.codec = codec;
    this.observations = codecs.alertObservations();
    this.rules = rules.on(type);
  }

  /**
   * Supplies observers of evaluations.
   *
   * @param counts whether a row counts; one that repeats what another says does not
   */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> ofEvaluations(
      TopologyCodecs codecs, AlertRules rules, Route route, Predicate<Evaluation> counts) {
    return () ->
        new RowObserver<>(RowType.EVALUATIONS, codecs.evaluations(), codecs, rules, route, counts);
  }

  /** Supplies observers of traces. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> ofTraces(
      TopologyCodecs codecs, AlertRules rules, Route route) {
    return () ->
        new RowObserver<>(RowType.TRACES, codecs.traceRecords(), codecs, rules, route, row -> true);
  }

  /** Supplies observers of decisions. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> ofDecisions(
      TopologyCodecs codecs, AlertRules rules, Route route) {
    return () ->
        new RowObserver<>(
            RowType.DECISIONS, codecs.decisionRecords(), codecs, rules, route, row -> true);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
  }

  /** A row that a replay has derived anew is no news. */
  private static boolean isRebuilt(Record<byte[], byte[]> record) {
    return record.headers().lastHeader(Topics.REBUILT_HEADER) != null;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (rules.isEmpty() || record.value() == null || isRebuilt(record)) {
      return;
    }
    R row;
    try {
      row = codec.decode(record.value());
    } catch (UndecodableException undecodable) {
      Undecodable.report(context, record, undecodable, route.deadLetters());
      return;
    }
    if (type.phase(row) == Phase.provisional || !counts.test(row)) {
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
    context.forward(new Record<>(key, observations.encode(observation), now), route.observations());
  }
}
