package dev.recount.topology.assembly;

import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.Phase;
import dev.recount.avro.Tick;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.CallKeys;
import dev.recount.topology.Configuration;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Files every entry of the log under its trace and emits the trace's rows when its lifecycle says
 * so.
 *
 * <p>Everything happens while a record is processed, on the time at which the broker appended it,
 * so that a replay of the log does the same. The wall clock serves one purpose: when a timer is due
 * and the partition is idle, a tick is appended to the log.
 */
public final class TraceAssembler implements Processor<byte[], byte[], byte[], byte[]> {
  /** Timers that one record may fire: bounds the work of a tick. The next tick goes on. */
  private static final int TIMERS_PER_RECORD = 200;

  /**
   * Events of traces that the timers of one record may fold, before the others are left to the next
   * record: a transaction must end in time, however large the traces are that are due at once.
   */
  private static final long EVENTS_PER_RECORD = 50_000;

  /** A tick that has not come back after this many intervals is taken for lost. */
  private static final int TICK_PATIENCE = 10;

  private final TopologyCodecs codecs;
  private final TopologySettings settings;
  private final Configuration wanted;
  private final LifecycleRules rules;
  private final Envelope.Reader envelopes;
  private final BrokerClock broker = new BrokerClock();

  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], byte[]> context;

  @SuppressWarnings("NullAway.Init")
  private TraceHeaders headers;

  @SuppressWarnings("NullAway.Init")
  private TraceFiling filing;

  @SuppressWarnings("NullAway.Init")
  private Timers timers;

  @SuppressWarnings("NullAway.Init")
  private ConfigurationLog configuration;

  @SuppressWarnings("NullAway.Init")
  private Outputs outputs;

  @SuppressWarnings("NullAway.Init")
  private SamplingMetrics samplingMetrics;

  @SuppressWarnings("NullAway.Init")
  private EvaluatorMetrics evaluatorMetrics;

  @SuppressWarnings("NullAway.Init")
  private RowEmitter emitter;

  @SuppressWarnings("NullAway.Init")
  private TraceExpiry expiry;

  @SuppressWarnings("NullAway.Init")
  private TraceForgetting forgetting;

  @SuppressWarnings("NullAway.Init")
  private AssemblyFailures failures;

  @SuppressWarnings("NullAway.Init")
  private FeedbackRouter feedback;

  @SuppressWarnings("NullAway.Init")
  private AliasResolver aliases;

  @SuppressWarnings("NullAway.Init")
  private CallResolver calls;

  @SuppressWarnings("NullAway.Init")
  private LogClock clock;

  private long tickExpectedUntil;
  private long changeExpectedUntil;

  private TraceAssembler(
      TopologyCodecs codecs, TopologySettings settings, Configuration configuration) {
    this.codecs = codecs;
    this.settings = settings;
    this.wanted = configuration;
    this.rules = new LifecycleRules(settings);
    this.envelopes = new Envelope.Reader(codecs.traceEvents());
  }

  /** Supplies assemblers, with what the settings say is to be in force. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier(
      TopologyCodecs codecs, TopologySettings settings) {
    return supplier(codecs, settings, Configuration.of(settings));
  }

  /** Supplies assemblers together with the stores that they need. */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier(
      TopologyCodecs codecs, TopologySettings settings, Configuration configuration) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], byte[], byte[]> get() {
        return new TraceAssembler(codecs, settings, configuration);
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return new LinkedHashSet<>(Stores.builders());
      }
    };
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    Entries entries = new Entries(store(Stores.ENTRIES), envelopes);
    timers = new Timers(store(Stores.TIMERS));
    outputs = new Outputs(context, codecs);
    AssemblyParts parts =
        new AssemblyParts(
            store(Stores.HEADERS),
            store(Stores.LINKS),
            entries,
            new TraceNotes(store(Stores.ENTRIES)),
            new FoldingOrder(entries, codecs.traceEvents()),
            timers,
            new Emissions(store(Stores.EMISSIONS)),
            new LastRows(store(Stores.EMISSIONS)),
            new Anchors(store(Stores.ANCHORS), codecs),
            outputs,
            codecs,
            settings);
    headers = new TraceHeaders(parts, rules);
    configuration = new ConfigurationLog(parts.headers(), wanted.replacements());
    samplingMetrics = new SamplingMetrics(context);
    Sampling sampling = new Sampling(configuration, parts, samplingMetrics);
    evaluatorMetrics = new EvaluatorMetrics(context);
    Judging judging = new Judging(configuration, settings.interpretation(), evaluatorMetrics);
    failures = new AssemblyFailures(context, outputs);
    EarlyVerdicts early = new EarlyVerdicts(parts, rules, judging, sampling, failures);
    emitter = new RowEmitter(parts, rules, sampling, judging, early);
    filing = new TraceFiling(parts, headers, rules, emitter, early);
    expiry = new TraceExpiry(parts, headers, emitter, failures);
    forgetting = new TraceForgetting(parts, headers, emitter, expiry);
    feedback = new FeedbackRouter(parts);
    calls = new CallResolver(parts);
    aliases = new AliasResolver(parts);
    clock = new LogClock(parts.headers());
    if (settings.live()) {
      context.schedule(
          settings.tickInterval(),
          PunctuationType.WALL_CLOCK_TIME,
          wallClock -> {
            evaluatorMetrics.show();
            changeConfiguration(wallClock);
            tickWhenIdle(wallClock);
          });
    }
  }

  @Override
  public void close() {
    outputs.metrics().close();
    samplingMetrics.close();
    evaluatorMetrics.close();
  }

  private KeyValueStore<Bytes, byte[]> store(String name) {
    return context.getStateStore(name);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    broker.observe(record.timestamp(), context.currentSystemTimeMs());
    long now = clock.advance(record.timestamp());
    // Before the record itself: what was due by now must not see what came after.
    fireDue(now);
    try {
      file(record, now);
    } catch (UndecodableException undecodable) {
      failures.undecodable(record, undecodable, now);
    }
  }

  private void file(Record<byte[], byte[]> record, long now) {
    if (record.key() == null || record.value() == null) {
      throw new UndecodableException("An entry of the log needs a key and a value", null);
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    Envelope envelope = envelopes.read(record.value());
    switch (envelope.kind()) {
      case TICK -> ticked(now);
      case ALIAS -> {
        if (CallKeys.isCall(key)) {
          calls.mentioned(key, envelope, record.value(), now);
        } else {
          aliases.announced(key, record.value(), now);
        }
      }
      case FEEDBACK -> {
        if (FeedbackKeys.isFeedback(key)) {
          feedback.edited(key, envelope, record.value(), now);
        } else {
          // In logs of earlier versions of Recount.
          fileUnder(key, envelope, record.value(), now);
        }
      }
      case LINK -> {
        if (AliasKeys.isAlias(key)) {
          aliases.linked(key, envelope, record.value(), now);
        } else {
          fileUnder(key, envelope, record.value(), now);
        }
      }
      case SPAN, LOG_RECORD, SNAPSHOT, DECISION -> fileUnder(key, envelope, record.value(), now);
      case CONFIG -> configured(record.value(), now);
      case FORGET -> forget(key, envelope, now);
    }
  }

  private void fileUnder(String trace, Envelope envelope, byte[] event, long now) {
    if (!filing.file(trace, envelope, event, now)) {
      forgetting.passOver(trace, envelope, event, now);
    }
  }

  private void forget(String key, Envelope envelope, long now) {
    if (FeedbackKeys.isFeedback(key)) {
      feedback.forgotten(key, now);
    } else if (AliasKeys.isAlias(key)) {
      aliases.forgotten(key, envelope.identity(), now);
    } else {
      forgetting.forget(key, now);
    }
  }

  private void fireDue(long now) {
    expiry.nextRecord();
    long folded = 0;
    for (Timers.Timer timer : timers.takeDue(now, TIMERS_PER_RECORD)) {
      String key = timer.key();
      if (folded >= EVENTS_PER_RECORD) {
        timers.set(timer.due(), key);
      } else if (PendingLinks.isPending(key)) {
        aliases.pendingTimer(key, timer.due(), now);
      } else if (AliasKeys.isAlias(key)) {
        aliases.timer(key, timer.due(), now);
      } else if (FeedbackKeys.isFeedback(key)) {
        feedback.timer(key, timer.due(), now);
      } else if (CallKeys.isCall(key)) {
        calls.timer(key, timer.due(), now);
      } else if (TraceExpiry.isTimer(key)) {
        expiry.timer(key, now);
      } else if (Anchors.isTimer(key)) {
        expiry.forget(Anchors.traceOf(key), now);
      } else {
        folded += timer(timer, now);
      }
    }
  }

  /**
   * Does what is due about a trace.
   *
   * @return how many events were folded, at most
   */
  private long timer(Timers.Timer timer, long now) {
    String trace = timer.key();
    TraceHeader header = headers.load(trace);
    if (header == null || header.timerDue != timer.due()) {
      return 0;
    }
    if (header.forgotten()) {
      headers.delete(trace);
      return 0;
    }
    header.timerDue = 0;
    if (rules.expired(header, now)) {
      expiry.expire(trace, header, now);
      return header.size();
    }
    Phase phase = rules.emission(header, now);
    if (phase != null) {
      emit(trace, header, phase, now);
    } else if (rules.feedbackGivenUp(header, now)) {
      failures.contain(trace, now, () -> emitter.reportUnmatched(trace, header, now));
      header.setUnemitted(false);
    }
    headers.schedule(trace, header);
    headers.save(trace, header);
    return phase == null ? 0 : header.size();
  }

  private void emit(String trace, TraceHeader header, Phase phase, long now) {
    failures.contain(
        trace,
        now,
        () -> {
          if (header.lifecycle == TraceHeader.Lifecycle.EXPIRED) {
            emitter.emitExpired(trace, header, now);
          } else {
            emitter.emit(trace, header, phase, now);
          }
        });
    outputs.metrics().emitted(header, phase, now);
    rules.emitted(header, phase, now);
  }

  /** Takes into force what the log says is in force from here on. */
  private void configured(byte[] event, long now) {
    if (codecs.traceEvents().decode(event).getPayload() instanceof ConfigurationChange change) {
      switch (change.getName()) {
        case Configuration.SAMPLING -> Sampling.check(change.getValue());
        case Configuration.EVALUATORS -> Judging.check(change.getValue());
        // Of another version of Recount.
        default -> {}
      }
      configuration.apply(change, now);
      changeExpectedUntil = 0;
    }
  }

  /** Appends to the log what is wanted and not in force. It takes effect when it comes back. */
  private void changeConfiguration(long wallClock) {
    if (wallClock < changeExpectedUntil) {
      return;
    }
    int partition = context.taskId().partition();
    wanted
        .wanted()
        .forEach(
            (name, value) -> {
              if (!value.equals(configuration.current(name))) {
                TraceEvent event = new TraceEvent();
                event.setKind(TraceEventKind.CONFIG);
                event.setIdentity(name);
                event.setPayload(
                    new ConfigurationChange(partition, name, value, configuration.replay(name)));
                outputs.traceEvent(TickPartitioner.configuration(partition), event, wallClock);
                changeExpectedUntil =
                    wallClock + TICK_PATIENCE * settings.tickInterval().toMillis();
              }
            });
  }

  /** Appends a tick to the log when a timer is due and nothing has come that would fire it. */
  private void tickWhenIdle(long wallClock) {
    if (timers.earliest() <= broker.at(wallClock) && wallClock >= tickExpectedUntil) {
      tick(wallClock);
      tickExpectedUntil = wallClock + TICK_PATIENCE * settings.tickInterval().toMillis();
    }
  }

  /**
   * A tick has come back. Where more was due than one record may do, another follows at once: on an
   * idle partition nothing else would go on before the next interval.
   */
  private void ticked(long now) {
    if (settings.live() && timers.earliest() <= now) {
      tick(now);
    } else {
      tickExpectedUntil = 0;
    }
  }

  private void tick(long time) {
    int partition = context.taskId().partition();
    TraceEvent tick = new TraceEvent();
    tick.setKind(TraceEventKind.TICK);
    tick.setIdentity(Integer.toString(partition));
    tick.setPayload(new Tick(partition));
    outputs.traceEvent(TickPartitioner.tick(partition), tick, time);
  }
}
