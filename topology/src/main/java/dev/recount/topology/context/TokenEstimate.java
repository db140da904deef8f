package dev.recount.topology.context;

import dev.recount.schemas.content.ContentReference;

/**
 * About how many tokens a text takes up. The encodings of the large vendors come to four letters of
 * English a token and to a token for every one or two characters of other scripts; counting exactly
 * would need each model's own encoding, and cost more than all else that is done with a span.
 *
 * @see <a href="https://help.openai.com/en/articles/4936856">What are tokens and how to count
 *     them</a>
 */
final class TokenEstimate {
  /** Tokens that a chat format adds to each message. */
  static final int MESSAGE_TOKENS = 3;

  private static final int QUARTERS = 4;
  private static final int QUARTERS_OF_A_FOREIGN_CHARACTER = 3;

  private TokenEstimate() {}

  /**
   * Tokens of a text, rounded up; 0 for an empty one. Of a reference to content that is kept
   * elsewhere, those of the content, by its size.
   */
  static long of(String text) {
    long bytes = ContentReference.parse(text).map(ContentReference::bytes).orElse(0L);
    if (bytes > 0) {
      return (bytes + QUARTERS - 1) / QUARTERS;
    }
    long quarters = 0;
    for (int i = 0; i < text.length(); i++) {
      quarters += text.charAt(i) < 0x80 ? 1 : QUARTERS_OF_A_FOREIGN_CHARACTER;
    }
    return (quarters + QUARTERS - 1) / QUARTERS;
  }
}
