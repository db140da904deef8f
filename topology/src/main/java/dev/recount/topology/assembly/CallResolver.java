package dev.recount.topology.assembly;

import dev.recount.avro.ToolCallMention;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.assembly.CallState.Mention;
import dev.recount.topology.assembly.CallState.Mentions;
import dev.recount.topology.assembly.CallState.Place;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Brings the answer to a tool call, which the next trace of a session holds, to the trace that
 * asked for it, by a link in that trace's own log. Calls of one hash are told apart by their time:
 * each takes the first answer after it that no earlier one takes, in whatever order they come.
 */
final class CallResolver extends KeyedLog<CallState> {
  /** Calls of one hash that are told apart; of more, the earliest. The others are spare. */
  private static final int MOST_MENTIONS = 64;

  /**
   * What those that asked may take, and those that answer, in bytes, unless it is a single one. An
   * answer is kept whole, and all of them are one value of the store.
   */
  private static final long MOST_BYTES = 4 << 20;

  private final SpareMentions spares;

  CallResolver(AssemblyParts parts) {
    super(parts, CallState::new, AliasRenewal.retention(parts.settings()));
    this.spares = new SpareMentions(parts);
  }

  /** Takes in what a trace says of a call. */
  void mentioned(String key, Envelope envelope, byte[] event, long now) {
    ToolCallMention said = read(event);
    CallState found = find(key);
    CallState state = found == null ? create(now) : found;
    boolean answered = said.getAnswered();
    Mentions mentions = state.mentions(answered);
    String identity = envelope.identity();
    boolean moves =
        mentions.counted.containsKey(identity)
            || mentions.spare != null && spares.drop(key, answered, identity);
    if (said.getWithdrawn()) {
      forget(state, mentions.counted.remove(identity), now);
    } else {
      Mention mention = mentions.counted.computeIfAbsent(identity, absent -> new Mention());
      mention.event = event;
      mention.time = said.getTimeUnixNano();
    }
    spareLatest(key, answered, state, now);
    if (moves && mentions.spare != null) {
      // It has made room, or come to be later than one that had none.
      moveUp(key, answered, state, now);
    }
    state.lastAppend = now;
    resolve(state, now);
    forgetLater(key, state, now);
    save(key, state);
  }

  /** Whatever the order in which they come, it is the earliest that count, up to the limits. */
  private void spareLatest(String key, boolean answered, CallState state, long now) {
    Mentions mentions = state.mentions(answered);
    while (!mentions.counted.isEmpty()) {
      Place latest = mentions.latest();
      boolean behindSpare = mentions.spare != null && latest.compareTo(mentions.spare) > 0;
      if (!behindSpare && !exceedsLimits(mentions)) {
        return;
      }
      Mention mention = Objects.requireNonNull(mentions.counted.remove(latest.identity()));
      spares.put(key, answered, latest.identity(), mention);
      mentions.spare = behindSpare ? mentions.spare : latest;
      forget(state, mention, now);
    }
  }

  private static boolean exceedsLimits(Mentions mentions) {
    int count = mentions.counted.size();
    return count > MOST_MENTIONS || count > 1 && mentions.bytes() > MOST_BYTES;
  }

  /** Has the earliest of those that are spare count, for as long as the limits allow. */
  private void moveUp(String key, boolean answered, CallState state, long now) {
    Mentions mentions = state.mentions(answered);
    String moved;
    do {
      mentions.spare = null;
      moved = spares.moveEarliest(key, answered, mentions.counted);
      spareLatest(key, answered, state, now);
    } while (moved != null && mentions.counted.containsKey(moved));
  }

  /** Forgets a call at the end of its retention; what is spare of it goes first, bit by bit. */
  @Override
  void timer(String key, long due, long now) {
    CallState state = find(key);
    if (state != null
        && state.timerDue == due
        && now >= state.lastAppend + retention
        && !spares.dropAll(key)) {
      state.timerDue = now;
      timers.set(now, key);
      save(key, state);
    } else {
      super.timer(key, due, now);
    }
  }

  /** What a trace no longer asks it is not to find answered, should it ask again. */
  private void forget(CallState state, @Nullable Mention mention, long now) {
    if (mention != null && !mention.sent.isEmpty()) {
      takeBack(state, mention, now);
    }
  }

  private void resolve(CallState state, long now) {
    List<Map.Entry<String, Mention>> answers = state.answered.inOrder();
    int next = 0;
    for (Map.Entry<String, Mention> entry : state.asked.inOrder()) {
      Mention asked = entry.getValue();
      while (next < answers.size() && answers.get(next).getValue().time < asked.time) {
        next++;
      }
      if (next < answers.size()) {
        send(state, asked, answers.get(next).getKey(), answers.get(next).getValue(), now);
        next++;
      } else if (!asked.sent.isEmpty()) {
        takeBack(state, asked, now);
      }
    }
  }

  private void send(CallState state, Mention asked, String identity, Mention answer, long now) {
    long content = ByteBuffer.wrap(Ranking.sha256(answer.event)).getLong();
    if (asked.sent.equals(identity) && asked.sentContent == content) {
      return;
    }
    asked.sent = identity;
    asked.sentContent = content;
    link(state, read(asked.event), read(answer.event), now);
  }

  private void takeBack(CallState state, Mention asked, long now) {
    asked.sent = "";
    asked.sentContent = 0;
    ToolCallMention question = read(asked.event);
    ToolCallMention none = new ToolCallMention();
    none.setCall(question.getCall());
    none.setTraceId(question.getTraceId());
    none.setAnswered(true);
    none.setWithdrawn(true);
    link(state, question, none, now);
  }

  /** Appends an answer to the log of the trace that asked; a later one replaces it. */
  private void link(CallState state, ToolCallMention asked, ToolCallMention answer, long now) {
    // Traces may live longer than what is known of the call, and remember earlier links.
    state.acts = Math.max(state.acts + 1, now);
    answer.setOccurrence(asked.getOccurrence());
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.LINK);
    event.setIdentity("call/" + asked.getCall() + "/" + asked.getOccurrence());
    event.setPrecedence(state.acts);
    event.setPayload(answer);
    append(asked.getTraceId(), event, now);
  }

  private ToolCallMention read(byte[] event) {
    return (ToolCallMention) codecs.traceEvents().decode(event).getPayload();
  }
}
