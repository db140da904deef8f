package dev.recount.topology.assembly;

import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.assembly.Emissions.RowType;
import dev.recount.topology.convention.Aliases;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.fold.TraceContents;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Announces the aliases of a trace again that lives for long, so that feedback finds it by them for
 * as long as its state is kept. An alias is remembered for twice the state retention and announced
 * again with the first emission after half of it, so that a trace whose last event is {@code t} can
 * be found until {@code t} and one and a half retentions, which is after its expiry.
 */
final class AliasRenewal {
  private static final int RETENTIONS_KEPT = 2;

  /** The one row of its type that a trace has: when its aliases were announced last. */
  private static final String LAST = "";

  private final Outputs outputs;
  private final SpanMapper mapper;
  private final boolean announces;
  private final long interval;

  AliasRenewal(AssemblyParts parts) {
    TopologySettings settings = parts.settings();
    this.outputs = parts.outputs();
    this.mapper = settings.interpretation().mapper();
    this.announces = settings.live() && settings.announceAliases();
    this.interval = settings.stateRetention().toMillis() / 2;
  }

  /** How long an alias is remembered after it was announced last, in milliseconds. */
  static long retention(TopologySettings settings) {
    return RETENTIONS_KEPT * settings.stateRetention().toMillis();
  }

  /** Whether aliases that were announced last at some time are to be announced again. */
  boolean due(long announced, long now) {
    return now - announced >= interval;
  }

  /** Whether the trace is to say again what it has said elsewhere. */
  boolean due(RowChanges changes) {
    return !changes.expired() && due(announced(changes), changes.now);
  }

  private static long announced(RowChanges changes) {
    Fingerprint last = changes.before(RowType.ALIASES, LAST);
    return last == null ? changes.header.firstAppend : last.high();
  }

  /**
   * Announces the aliases of what is folded of a trace, if it is time to.
   *
   * @return when they were announced last, by now
   */
  long emit(TraceContents contents, RowChanges changes) {
    if (!due(changes)) {
      changes.keep(RowType.ALIASES);
      return announced(changes);
    }
    changes.note(RowType.ALIASES, LAST, new Fingerprint(changes.now, 0));
    if (announces) {
      announce(contents, changes);
    }
    return changes.now;
  }

  private void announce(TraceContents contents, RowChanges changes) {
    Set<Aliases.Alias> aliases = new LinkedHashSet<>();
    contents.spans().forEach(span -> Aliases.of(span, mapper.read(span), aliases::add));
    contents.logs().forEach(log -> Aliases.of(log, aliases::add));
    contents
        .decisions()
        .forEach(
            decision -> {
              if (decision.getToolCallId() != null) {
                aliases.add(new Aliases.Alias(AliasKind.TOOL_CALL_ID, decision.getToolCallId()));
              }
            });
    for (Aliases.Alias alias : aliases) {
      TraceEvent event = new TraceEvent();
      event.setKind(TraceEventKind.ALIAS);
      event.setIdentity(changes.trace);
      event.setPayload(new AliasAnnouncement(alias.kind(), alias.value(), changes.trace, null));
      outputs.traceEvent(AliasKeys.of(alias.kind(), alias.value()), event, changes.now);
    }
  }
}
