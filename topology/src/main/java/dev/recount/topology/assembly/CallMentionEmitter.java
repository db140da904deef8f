package dev.recount.topology.assembly;

import dev.recount.avro.ToolCallMention;
import dev.recount.topology.CallKeys;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.assembly.Emissions.RowType;
import java.util.List;

/** Tells other traces of the session which calls wait for an answer, and which have one. */
final class CallMentionEmitter {
  private final Outputs outputs;
  private final TopologyCodecs codecs;
  private final boolean live;

  CallMentionEmitter(AssemblyParts parts) {
    this.outputs = parts.outputs();
    this.codecs = parts.codecs();
    this.live = parts.settings().live();
  }

  /**
   * Says what has changed.
   *
   * @param renews whether all is to be said again, so that it is known for as long as the trace
   *     lives
   */
  void emit(List<ToolCallMention> mentions, RowChanges changes, boolean renews) {
    if (changes.provisional() || changes.expired()) {
      // A call may still be answered within its own trace; an anchor keeps no messages.
      changes.keep(RowType.CALL);
      return;
    }
    for (ToolCallMention mention : mentions) {
      // One that is too large is cut, and sent as it was cut.
      byte[] encoded = RowSize.encode(CallMentions.event(mention), codecs.traceEvents());
      Fingerprint fingerprint = Fingerprint.of(encoded, encoded.length, false);
      if (changes.note(RowType.CALL, CallMentions.id(mention), fingerprint) || renews) {
        send(mention, changes.now);
      }
    }
  }

  /** Takes back what the trace said of a call. */
  void withdraw(String id, RowChanges changes) {
    ToolCallMention mention = CallMentions.of(id);
    mention.setTraceId(changes.trace);
    mention.setWithdrawn(true);
    send(mention, changes.now);
  }

  private void send(ToolCallMention mention, long now) {
    if (live) {
      outputs.traceEvent(CallKeys.of(mention.getCall()), CallMentions.event(mention), now);
    }
  }
}
