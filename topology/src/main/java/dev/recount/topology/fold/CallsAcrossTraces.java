package dev.recount.topology.fold;

import dev.recount.avro.ToolCallMention;
import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tool calls that are asked for in one trace and answered in the next one of the session, as where
 * every model call is a trace of its own. They are the same where session, call ID, tool and
 * arguments all agree.
 */
final class CallsAcrossTraces {
  /** One of the calls of a hash, numbered in order. */
  private record Occurrence(String call, int number) {}

  /** Calls for which the trace has no answer. Whether another one has does not change that. */
  private final Map<Occurrence, ToolCall> waiting = new LinkedHashMap<>();

  /** Answers that the trace has, to calls that it did not ask for. */
  private final Map<Occurrence, ToolCalls.Answered> answered = new LinkedHashMap<>();

  private CallsAcrossTraces() {}

  static CallsAcrossTraces of(ToolCalls calls) {
    CallsAcrossTraces across = new CallsAcrossTraces();
    Map<String, Integer> numbers = new HashMap<>();
    for (ToolCall call : calls.inOrder()) {
      if (call.askedBy != null && call.id != null && call.waits()) {
        String hash = hash(call.askedBy, call.id, call.name, call.arguments);
        if (hash != null) {
          across.waiting.put(new Occurrence(hash, numbers.merge(hash, 1, Integer::sum)), call);
        }
      }
    }
    numbers.clear();
    for (ToolCalls.Answered answer : calls.answeredHere()) {
      Exchange.Mention mention = answer.mention();
      String hash =
          mention.id == null
              ? null
              : hash(answer.modelCall(), mention.id, mention.name, mention.arguments);
      if (hash != null) {
        across.answered.put(new Occurrence(hash, numbers.merge(hash, 1, Integer::sum)), answer);
      }
    }
    return across;
  }

  /** Null where no session is known: nothing else ties the traces together. */
  private static @Nullable String hash(
      SpanNode modelCall, String id, @Nullable String name, @Nullable String arguments) {
    String session = modelCall.inherited(Fact.SESSION_ID);
    return session == null
        ? null
        : Identities.of(
            "call-across-traces",
            session,
            id,
            name == null ? "" : name,
            arguments == null ? "" : arguments);
  }

  /** Gives the calls that wait the answers that other traces hold. */
  void answer(Collection<ToolCallMention> answers) {
    for (ToolCallMention answer : answers) {
      ToolCall call = waiting.get(new Occurrence(answer.getCall(), answer.getOccurrence()));
      if (call != null) {
        call.answer(answer);
      }
    }
  }

  /** What other traces of the session are to know. */
  List<ToolCallMention> mentions(String traceId) {
    List<ToolCallMention> mentions = new ArrayList<>(waiting.size() + answered.size());
    waiting.forEach(
        (occurrence, call) -> {
          ToolCallMention mention = mention(traceId, occurrence);
          mention.setTimeUnixNano(call.asked());
          mentions.add(mention);
        });
    answered.forEach(
        (occurrence, answer) -> {
          ToolCallMention mention = mention(traceId, occurrence);
          mention.setAnswered(true);
          mention.setTimeUnixNano(answer.modelCall().start());
          mention.setResult(answer.mention().result);
          mention.setError(answer.mention().error);
          mentions.add(mention);
        });
    return mentions;
  }

  private static ToolCallMention mention(String traceId, Occurrence occurrence) {
    ToolCallMention mention = new ToolCallMention();
    mention.setTraceId(traceId);
    mention.setCall(occurrence.call());
    mention.setOccurrence(occurrence.number());
    return mention;
  }
}
