package dev.recount.connectors.importing;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts the tokens of messages with the encoding of gpt-4o. For one thread. */
final class TokenCounter {
  /**
   * What the chat format adds to every message.
   *
   * @see <a href="https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken">How to
   *     count tokens</a>
   */
  private static final int MESSAGE_TOKENS = 3;

  /** System prompts repeat in every run of a file. */
  private static final int CACHED_TEXTS = 16;

  private static final int CACHED_CHARACTERS = 1000;

  private final Encoding encoding =
      Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
  private final Map<String, Integer> cache =
      new LinkedHashMap<>(CACHED_TEXTS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > CACHED_TEXTS;
        }
      };

  /** Tokens of the message: its text, its tool calls, and what the format adds. */
  long count(RecordedMessage message) {
    long tokens = MESSAGE_TOKENS + count(message.text());
    for (RecordedToolCall call : message.toolCalls()) {
      tokens += count(call.name()) + count(call.arguments());
    }
    return tokens;
  }

  private int count(String text) {
    return text.length() < CACHED_CHARACTERS
        ? encoding.countTokensOrdinary(text)
        : cache.computeIfAbsent(text, encoding::countTokensOrdinary);
  }
}
