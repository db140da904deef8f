package dev.recount.topology.assembly;

import dev.recount.avro.ToolCallMention;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;

/** What a trace says of tool calls, as it is logged. */
final class CallMentions {
  private static final String SEPARATOR = "/";
  private static final String ANSWERED = "answered";
  private static final String ASKED = "asked";

  private CallMentions() {}

  /** Tells one mention of a trace from another. */
  static String id(ToolCallMention mention) {
    return String.join(
        SEPARATOR,
        mention.getCall(),
        mention.getAnswered() ? ANSWERED : ASKED,
        Integer.toString(mention.getOccurrence()));
  }

  /** A mention that says nothing but which one it is. */
  static ToolCallMention of(String id) {
    String[] parts = id.split(SEPARATOR, -1);
    ToolCallMention mention = new ToolCallMention();
    mention.setCall(parts[0]);
    mention.setAnswered(parts[1].equals(ANSWERED));
    mention.setOccurrence(Integer.parseInt(parts[2]));
    return mention;
  }

  /** The mention as an entry of the call's log. */
  static TraceEvent event(ToolCallMention mention) {
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.ALIAS);
    event.setIdentity(mention.getTraceId() + SEPARATOR + id(mention));
    event.setPrecedence(mention.getTimeUnixNano());
    event.setPayload(mention);
    return event;
  }
}
