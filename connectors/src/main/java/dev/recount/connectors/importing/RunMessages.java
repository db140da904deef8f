package dev.recount.connectors.importing;

import dev.recount.connectors.importing.RecordedMessage.Role;
import java.util.ArrayList;
import java.util.List;

/** The messages of a run in the forms that spans and snapshots need, each made once. */
final class RunMessages {
  private final List<RecordedMessage> messages;
  private final List<String> inputs = new ArrayList<>();
  private final long[] tokens;
  private final int leadingSystemMessages;
  private final String instructions;

  RunMessages(List<RecordedMessage> messages, TokenCounter counter) {
    this.messages = messages;
    this.tokens = new long[messages.size()];
    for (int i = 0; i < messages.size(); i++) {
      tokens[i] = counter.count(messages.get(i));
      inputs.add(GenAiMessages.input(messages.get(i)));
    }
    int leading = 0;
    while (leading < messages.size() && messages.get(leading).role() == Role.SYSTEM) {
      leading++;
    }
    this.leadingSystemMessages = leading;
    this.instructions = GenAiMessages.instructions(messages.subList(0, leading));
  }

  RecordedMessage get(int index) {
    return messages.get(index);
  }

  /** What the model saw before it wrote a message. */
  List<RecordedMessage> before(int message) {
    return messages.subList(0, message);
  }

  /** Tokens of one message. */
  long tokens(int message) {
    return tokens[message];
  }

  /** Tokens of everything before a message. */
  long tokensBefore(int message) {
    long sum = 0;
    for (int i = 0; i < message; i++) {
      sum += tokens[i];
    }
    return sum;
  }

  /** The leading system messages, as {@code gen_ai.system_instructions}. */
  String instructions() {
    return instructions;
  }

  /** {@code gen_ai.input.messages} of the model call that wrote a message. */
  String inputBefore(int message) {
    int first = Math.min(leadingSystemMessages, message);
    return "[" + String.join(",", inputs.subList(first, message)) + "]";
  }
}
