package dev.recount.topology.assembly;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.Evaluation;
import dev.recount.avro.Phase;
import dev.recount.avro.Span;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.Hints;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.assembly.Emissions.RowType;
import dev.recount.topology.assembly.TraceHeader.Lifecycle;
import dev.recount.topology.assembly.TraceNotes.EarlyVerdict;
import dev.recount.topology.fold.EventContents;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import dev.recount.topology.fold.VerdictRows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges single events as they are filed, at a cost that does not depend on the trace: where it is
 * not folded in time, what they are faulted for is out all the same. The next fold confirms,
 * replaces or withdraws what was said.
 */
final class EarlyVerdicts {
  private final Entries entries;
  private final TraceNotes notes;
  private final TopologyCodecs codecs;
  private final Outputs outputs;
  private final LifecycleRules rules;
  private final Judging judging;
  private final Sampling sampling;
  private final AssemblyFailures failures;

  EarlyVerdicts(
      AssemblyParts parts,
      LifecycleRules rules,
      Judging judging,
      Sampling sampling,
      AssemblyFailures failures) {
    this.entries = parts.entries();
    this.notes = parts.notes();
    this.codecs = parts.codecs();
    this.outputs = parts.outputs();
    this.rules = rules;
    this.judging = judging;
    this.sampling = sampling;
    this.failures = failures;
  }

  /** Does what evaluators want done about an event that has just been filed. */
  void filed(String trace, TraceHeader header, Envelope envelope, byte[] event, long now) {
    boolean suspect = envelope.has(Hints.SUSPECT);
    boolean wanted = suspect || envelope.has(Hints.EVIDENCE);
    if (wanted && header.lifecycle != Lifecycle.EXPIRED) {
      failures.contain(
          trace,
          now,
          () -> {
            Object payload = codecs.traceEvents().decode(event).getPayload();
            if (payload instanceof Span
                || payload instanceof SpanLogRecord
                || payload instanceof ContextSnapshot
                || payload instanceof DecisionEvent) {
              judge(trace, header, envelope, payload, now);
            }
          });
    }
  }

  private void judge(String trace, TraceHeader header, Envelope envelope, Object event, long now) {
    String spanId = EventContents.spanOf(event);
    Span itsSpan = spanId == null ? null : span(header.owner(trace), spanId);
    String awaited = "";
    if (spanId != null && itsSpan == null) {
      itsSpan = EventContents.standIn(event);
      awaited = itsSpan == null ? "" : spanId;
    }
    boolean suspect = envelope.has(Hints.SUSPECT);
    // Of what belongs to a span that has not come, a fold of the trace would see nothing.
    boolean late =
        suspect
            && (!awaited.isEmpty() || !rules.suspect(header, now, envelope.has(Hints.IN_TRACE)));
    TraceRows rows =
        TraceFold.fold(
            EventContents.of(trace, event, itsSpan),
            judging.ofEvents(header, header.owner(trace), notes));
    if (late) {
      emit(trace, header, rows, awaited, now);
    }
  }

  private @Nullable Span span(String owner, String spanId) {
    Entries.Entry entry = entries.find(owner, TraceEventKind.SPAN, spanId);
    return entry != null
            && codecs.traceEvents().decode(entry.value(), entry.offset()).getPayload()
                instanceof Span span
        ? span
        : null;
  }

  private void emit(String trace, TraceHeader header, TraceRows rows, String awaited, long now) {
    List<Evaluation> verdicts =
        rows.evaluations().stream().filter(VerdictRows::faultsDecision).toList();
    if (verdicts.isEmpty()) {
      return;
    }
    if (!header.hasTrace() && !header.keyTimeStands()) {
      header.firstAppend = now;
      header.setKeyTimeStands();
    }
    header.revision++;
    header.setJudgedEarly(true);
    sampling.mark(header.fate, rows);
    Phase phase = header.lifecycle == Lifecycle.OPEN ? Phase.provisional : Phase.amended;
    Instant keyTime = Instant.ofEpochMilli(header.firstAppend);
    boolean emitted = sampling.emitted(header.fate).decisions();
    for (Evaluation verdict : verdicts) {
      verdict.setPhase(phase);
      verdict.setRevision(header.revision);
      verdict.setKeyTime(keyTime);
      byte[] row = RowSize.encode(verdict, codecs.evaluations());
      if (!emitted) {
        outputs.unretainedEvaluation(trace, row, now);
        continue;
      }
      int content = row.length - RowTail.bytes(RowType.EVALUATION, header.revision, keyTime);
      Fingerprint fingerprint = Fingerprint.of(row, content, phase == Phase.provisional);
      if (notes.note(
          header.owner(trace), new EarlyVerdict(verdict.getEvaluationId(), fingerprint, awaited))) {
        outputs.evaluation(trace, row, now);
      }
    }
  }

  /**
   * Hands over what stands to the emission of a fold, which says what becomes of it. What rests on
   * a span that has not come yet is left for a later one, as long as the trace is open.
   */
  void join(TraceHeader header, String owner, RowChanges changes) {
    if (!header.judgedEarly()) {
      return;
    }
    List<EarlyVerdict> left = new ArrayList<>();
    for (EarlyVerdict verdict : notes.earlyVerdicts(owner)) {
      boolean awaits =
          changes.provisional()
              && !verdict.spanId().isEmpty()
              && entries.find(owner, TraceEventKind.SPAN, verdict.spanId()) == null;
      if (awaits) {
        left.add(verdict);
      } else {
        changes.stood(RowType.EVALUATION, verdict.id(), verdict.fingerprint());
        notes.forget(owner, verdict);
      }
    }
    header.setJudgedEarly(!left.isEmpty());
  }
}
