package dev.recount.topology.fold;

import dev.recount.topology.convention.ChatMessage;
import dev.recount.topology.convention.ChatMessages;
import dev.recount.topology.convention.MessagePart;
import dev.recount.topology.convention.ToolDefinition;
import dev.recount.topology.convention.ToolDefinitions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the messages of one model call say about tools and about the answer. Made once for each call
 * and then let go: only what is in {@link Summary} is kept for the whole fold.
 */
final class Exchange {
  /** A tool call in the messages, with its answer where the messages have it. */
  static final class Mention {
    @Nullable String id;
    final String name;
    final @Nullable String arguments;
    boolean answered;
    @Nullable String result;
    boolean error;

    /** Whether it is among the calls of the conversation's last turn, so that its answer is new. */
    boolean latest;

    /**
     * Why the model asked: what it said and thought since the call before in the same answer; where
     * it said nothing since, as for that call; where it said nothing before any, what it said
     * after. Null when it said nothing.
     */
    @Nullable String rationale;

    /** The message that asks. */
    private final ChatMessage message;

    Mention(MessagePart.ToolCall call, ChatMessage message) {
      this.id = call.id();
      this.name = call.name();
      this.arguments = call.arguments();
      this.message = message;
    }
  }

  /**
   * What is kept of a model call's messages.
   *
   * @param offered names of the tools that it was offered
   * @param toolsVersion hash of their definitions; null when there are none
   * @param text what the model said; null when it said nothing
   * @param reasoning what it thought; null when it does not show it
   * @param asksTools whether it asked for tools
   * @param waits whether it waits for one of them: those that a provider runs are answered at once
   */
  record Summary(
      List<String> offered,
      @Nullable String toolsVersion,
      @Nullable String text,
      @Nullable String reasoning,
      boolean asksTools,
      boolean waits) {
    static final Summary NONE = new Summary(List.of(), null, null, null, false, false);
  }

  /** Calls that the conversation holds already, in its order. */
  final List<Mention> history = new ArrayList<>();

  /** Calls that this answer asks for, in its order. */
  final List<Mention> asked = new ArrayList<>();

  final Summary summary;

  private final Map<String, Deque<Mention>> openById = new LinkedHashMap<>();
  private final Deque<Mention> openWithoutId = new ArrayDeque<>();

  private Exchange(ChatMessages messages) {
    for (ChatMessage message : messages.input()) {
      read(message, history, new Said());
    }
    noteLatest(messages.input());
    Said said = new Said();
    StringBuilder thought = new StringBuilder();
    for (ChatMessage message : messages.output()) {
      read(message, asked, said);
      append(thought, reasoning(message));
    }
    StringBuilder text = new StringBuilder();
    messages.output().forEach(message -> append(text, texts(message)));
    this.summary =
        new Summary(
            messages.tools().stream().map(ToolDefinition::name).distinct().toList(),
            ToolDefinitions.version(messages.tools()),
            emptyToNull(text),
            emptyToNull(thought),
            !asked.isEmpty(),
            asked.stream().anyMatch(mention -> !mention.answered));
  }

  /** The model's last turn in the conversation may be several messages, one for each call. */
  private void noteLatest(List<ChatMessage> input) {
    int end = input.size();
    while (end > 0 && !input.get(end - 1).role().equals(ChatMessage.ASSISTANT)) {
      end--;
    }
    int start = end;
    while (start > 0 && input.get(start - 1).role().equals(ChatMessage.ASSISTANT)) {
      start--;
    }
    Set<ChatMessage> turn = Collections.newSetFromMap(new IdentityHashMap<>());
    turn.addAll(input.subList(start, end));
    for (Mention mention : history) {
      mention.latest = turn.contains(mention.message);
    }
  }

  static Exchange of(ChatMessages messages) {
    return new Exchange(messages);
  }

  /** What was said in an answer so far. Each word is kept once, however many calls it led to. */
  private static final class Said {
    private final StringBuilder sinceLastCall = new StringBuilder();
    private @Nullable String beforeLastCall;

    @Nullable String beforeThisCall() {
      if (!sinceLastCall.isEmpty()) {
        beforeLastCall = sinceLastCall.toString();
        sinceLastCall.setLength(0);
      }
      return beforeLastCall;
    }
  }

  private void read(ChatMessage message, List<Mention> mentions, Said said) {
    int first = mentions.size();
    for (MessagePart part : message.parts()) {
      if (part instanceof MessagePart.ToolCall call) {
        Mention mention = new Mention(call, message);
        mention.rationale = said.beforeThisCall();
        mentions.add(mention);
        if (mention.id == null) {
          openWithoutId.add(mention);
        } else {
          openById.computeIfAbsent(mention.id, id -> new ArrayDeque<>()).add(mention);
        }
      } else if (part instanceof MessagePart.ToolResult result) {
        answer(result);
      } else if (part instanceof MessagePart.Text text) {
        append(said.sinceLastCall, text.text());
      } else if (part instanceof MessagePart.Reasoning reasoning) {
        append(said.sinceLastCall, reasoning.text());
      }
    }
    if (mentions.size() == first) {
      return;
    }
    String after = emptyToNull(said.sinceLastCall);
    for (int i = mentions.size() - 1; i >= first; i--) {
      Mention mention = mentions.get(i);
      mention.rationale = mention.rationale == null ? after : mention.rationale;
      after = mention.rationale;
    }
  }

  /** An answer belongs to the earliest call of its ID that has none; without IDs, of its turn. */
  private void answer(MessagePart.ToolResult result) {
    Deque<Mention> open = result.id() == null ? null : openById.get(result.id());
    Mention mention = open == null ? null : open.poll();
    if (mention == null) {
      mention = openWithoutId.peek();
      boolean other =
          mention != null && result.name() != null && !mention.name.equals(result.name());
      mention = other ? null : openWithoutId.poll();
    }
    if (mention == null && result.id() == null) {
      mention = earliestOpen();
    }
    if (mention != null) {
      mention.id = mention.id == null ? result.id() : mention.id;
      mention.answered = true;
      mention.result = result.result();
      mention.error = result.error();
    }
  }

  /** For an answer that names no call: the only one that waits, where there is just one. */
  private @Nullable Mention earliestOpen() {
    Mention only = null;
    Iterator<Deque<Mention>> waiting = openById.values().iterator();
    while (waiting.hasNext()) {
      Deque<Mention> open = waiting.next();
      if (open.isEmpty()) {
        // Removed on the way, so that no answer passes it twice.
        waiting.remove();
      } else if (only != null || open.size() > 1) {
        return null;
      } else {
        only = open.peek();
      }
    }
    if (only != null) {
      openById.clear();
    }
    return only;
  }

  private static String texts(ChatMessage message) {
    StringBuilder texts = new StringBuilder();
    for (MessagePart part : message.parts()) {
      if (part instanceof MessagePart.Text text) {
        append(texts, text.text());
      }
    }
    return texts.toString();
  }

  private static String reasoning(ChatMessage message) {
    StringBuilder thought = new StringBuilder();
    for (MessagePart part : message.parts()) {
      if (part instanceof MessagePart.Reasoning reasoning) {
        append(thought, reasoning.text());
      }
    }
    return thought.toString();
  }

  private static void append(StringBuilder text, String more) {
    String words = more.strip();
    if (!words.isEmpty()) {
      text.append(text.isEmpty() ? "" : "\n").append(words);
    }
  }

  private static @Nullable String emptyToNull(StringBuilder text) {
    return text.isEmpty() ? null : text.toString();
  }
}
