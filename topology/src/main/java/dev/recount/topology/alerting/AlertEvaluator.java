package dev.recount.topology.alerting;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertState;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.NodeNames;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.metrics.TaskMetrics;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what rows say to the rules and tells which alerts fire and resolve.
 *
 * <p>Time is that at which the broker appended what it reads. A row counts when it is read: what
 * piled up while nothing ran counts then. When a window is due and nothing comes, a tick is
 * appended, as the assembler does.
 */
public final class AlertEvaluator implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(AlertEvaluator.class);

  /** A tick that has not come back after this many intervals is taken for lost. */
  private static final int TICK_PATIENCE = 10;

  private final TopologyCodecs codecs;
  private final AlertRules rules;
  private final TopologySettings settings;

  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], byte[]> context;

  @SuppressWarnings("NullAway.Init")
  private AlertStores stores;

  @SuppressWarnings("NullAway.Init")
  private TaskMetrics metrics;

  private final Map<String, RuleWatch> watches = new LinkedHashMap<>();
  private final Map<String, Long> refused = new LinkedHashMap<>();

  /** Whether windows are remembered of rules that are no more, or are others now. */
  private boolean obsolete;

  private long now;
  private long tickExpectedUntil;

  private AlertEvaluator(TopologyCodecs codecs, AlertRules rules, TopologySettings settings) {
    this.codecs = codecs;
    this.rules = rules;
    this.settings = settings;
  }

  /** Supplies evaluators together with the stores that they need. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier(
      TopologyCodecs codecs, AlertRules rules, TopologySettings settings) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], byte[], byte[]> get() {
        return new AlertEvaluator(codecs, rules, settings);
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return AlertStores.builders();
      }
    };
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    stores =
        new AlertStores(
            context.getStateStore(AlertStores.WINDOWS), context.getStateStore(AlertStores.ROWS));
    metrics = TaskMetrics.of(context, NodeNames.ALERT_EVALUATOR);
    // Called again when the task starts over from its stores: nothing else may be left.
    watches.clear();
    refused.clear();
    now = 0;
    tickExpectedUntil = 0;
    for (AlertRule rule : rules.all()) {
      String definition = stores.definition(rule.name());
      if (definition == null || definition.equals(rule.definition())) {
        watches.put(rule.name(), new RuleWatch(rule, stores.of(rule)));
      }
    }
    obsolete = !watches.keySet().containsAll(stores.rules());
    if (settings.live()) {
      context.schedule(
          settings.tickInterval(), PunctuationType.WALL_CLOCK_TIME, this::tickWhenIdle);
    }
  }

  @Override
  public void close() {
    metrics.close();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    now = Math.max(now, record.timestamp());
    resolveObsolete();
    watches.values().forEach(watch -> forward(watch.advance(now)));
    if (record.value() == null) {
      tickExpectedUntil = 0;
      return;
    }
    try {
      count(record);
    } catch (UndecodableException undecodable) {
      Undecodable.report(context, record, undecodable, NodeNames.ALERT_DEAD_LETTERS);
    }
  }

  private void count(Record<byte[], byte[]> record) {
    String rule = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    RuleWatch watch = watches.get(rule);
    if (watch == null) {
      // A rule that is no more, or one that another instance has and this one not yet.
      return;
    }
    forward(watch.count(codecs.alertObservations().decode(record.value()), now));
    if (watch.refused() > refused.getOrDefault(rule, 0L)) {
      metrics.count(
          "alert-rows-refused", "Rows of combinations beyond max_groups.", 1, "rule", rule);
    }
    if (watch.refused() > 0 && refused.put(rule, watch.refused()) == null) {
      log.warn(
          "Alert rule {} tells {} combinations of dimensions apart, as many as it may: further ones"
              + " are not counted. Let 'by' name fewer dimensions, or raise max_groups.",
          rule,
          watch.size());
    }
  }

  /** What fires by a rule that is no more, or is another one now, resolves; its windows go. */
  private void resolveObsolete() {
    if (!obsolete) {
      return;
    }
    obsolete = false;
    for (String name : stores.rules()) {
      if (!watches.containsKey(name)) {
        for (Group group : stores.firing(name)) {
          Firing last = Objects.requireNonNull(group.firing).told(now);
          forward(List.of(AlertRows.resolved(name, group.labels, last, now)));
        }
        stores.forget(name);
      }
    }
    for (AlertRule rule : rules.all()) {
      watches.computeIfAbsent(rule.name(), name -> new RuleWatch(rule, stores.of(rule)));
    }
  }

  private void forward(List<Alert> alerts) {
    for (Alert alert : alerts) {
      if (alert.getRevision() == 1 || alert.getState() == AlertState.resolved) {
        metrics.count(
            "alerts",
            "Alerts that fired and that resolved.",
            1,
            "rule",
            alert.getRule(),
            "state",
            alert.getState().toString());
      }
      byte[] key = alert.getAlertId().getBytes(StandardCharsets.UTF_8);
      context.forward(new Record<>(key, codecs.alerts().encode(alert), now), NodeNames.ALERTS);
    }
  }

  /** Appends a tick when a window is due and nothing has come that would judge it. */
  private void tickWhenIdle(long wallClock) {
    long due =
        obsolete
            ? 0
            : watches.values().stream().mapToLong(RuleWatch::due).min().orElse(RuleWatch.IDLE);
    if (due > wallClock || wallClock < tickExpectedUntil) {
      return;
    }
    byte[] key = AlertPartitioner.tickKey(context.taskId().partition());
    context.forward(new Record<>(key, null, wallClock), NodeNames.ALERT_TICKS);
    tickExpectedUntil = wallClock + TICK_PATIENCE * settings.tickInterval().toMillis();
  }
}
