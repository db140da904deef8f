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

    /** The message that asks, and the place of the call among its parts. */
    private final ChatMessage message;

    private final int part;

    /** What the model said before that message in the same answer. */
    private final String before;

    Mention(MessagePart.ToolCall call, ChatMessage message, int part, String before) {
      this.id = call.id();
      this.name = call.name();
      this.arguments = call.arguments();
      this.message = message;
      this.part = part;
      this.before = before;
    }

    /**
     * Why the model asked: what it said and thought before the call, else what it said in the same
     * message at all. Null when it said nothing.
     */
    @Nullable String rationale() {
      String said = join(before, words(message, 0, part));
      if (said.isEmpty()) {
        said = words(message, part, message.parts().size());
      }
      return said.isEmpty() ? null : said;
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
   */
  record Summary(
      List<String> offered,
      @Nullable String toolsVersion,
      @Nullable String text,
      @Nullable String reasoning,
      boolean asksTools) {
    static final Summary NONE = new Summary(List.of(), null, null, null, false);
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
      read(message, history, "");
    }
    noteLatest(messages.input());
    StringBuilder said = new StringBuilder();
    StringBuilder thought = new StringBuilder();
    for (ChatMessage message : messages.output()) {
      read(message, asked, said.toString());
      append(said, words(message, 0, message.parts().size()));
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
            !asked.isEmpty());
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

  private void read(ChatMessage message, List<Mention> mentions, String before) {
    for (int i = 0; i < message.parts().size(); i++) {
      MessagePart part = message.parts().get(i);
      if (part instanceof MessagePart.ToolCall call) {
        Mention mention = new Mention(call, message, i, before);
        mentions.add(mention);
        if (mention.id == null) {
          openWithoutId.add(mention);
        } else {
          openById.computeIfAbsent(mention.id, id -> new ArrayDeque<>()).add(mention);
        }
      } else if (part instanceof MessagePart.ToolResult result) {
        answer(result);
      }
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

  private static String words(ChatMessage message, int from, int to) {
    StringBuilder words = new StringBuilder();
    for (MessagePart part : message.parts().subList(from, to)) {
      if (part instanceof MessagePart.Text text) {
        append(words, text.text());
      } else if (part instanceof MessagePart.Reasoning reasoning) {
        append(words, reasoning.text());
      }
    }
    return words.toString();
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

  private static String join(String one, String other) {
    return one.isEmpty() ? other : other.isEmpty() ? one : one + "\n" + other;
  }

  private static @Nullable String emptyToNull(StringBuilder text) {
    return text.isEmpty() ? null : text.toString();
  }
}
