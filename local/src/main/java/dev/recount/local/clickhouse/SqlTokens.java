package dev.recount.local.clickhouse;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The words and punctuation of an SQL text, one after the other, without comments, strings and
 * quoted names. Just enough of ClickHouse's lexer to see where an INSERT's data begins and that a
 * text is one statement.
 */
final class SqlTokens {
  /** What {@link #next()} found. */
  enum Kind {
    WORD,
    /** A string, or a quoted name. */
    QUOTED,
    PUNCTUATION,
    END
  }

  private final byte[] sql;
  private int start;
  private int end;
  private int depth;

  SqlTokens(byte[] sql) {
    this.sql = sql;
  }

  /** Moves to the next token. */
  Kind next() {
    skipSpaceAndComments();
    start = end;
    if (end >= sql.length) {
      return Kind.END;
    }
    int character = sql[end] & 0xff;
    if (character == '\'' || character == '"' || character == '`') {
      skipQuoted(character);
      return Kind.QUOTED;
    }
    if (character == '$' && skipHeredoc()) {
      return Kind.QUOTED;
    }
    if (isWordPart(character)) {
      while (end < sql.length && isWordPart(sql[end] & 0xff)) {
        end++;
      }
      return Kind.WORD;
    }
    end++;
    if (character == '(' || character == '[' || character == '{') {
      depth++;
    } else if (character == ')' || character == ']' || character == '}') {
      depth--;
    }
    return Kind.PUNCTUATION;
  }

  /** The current token in upper case. */
  String text() {
    return new String(sql, start, end - start, StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
  }

  /** The current token as written. */
  String original() {
    return new String(sql, start, end - start, StandardCharsets.UTF_8);
  }

  /** Where the current token begins. */
  int start() {
    return start;
  }

  /** Where the current token ends. */
  int end() {
    return end;
  }

  /** How many brackets are open. */
  int depth() {
    return depth;
  }

  /** Whether the character after the current token, spaces aside, is this one. */
  boolean isFollowedBy(char character) {
    int index = end;
    while (index < sql.length && isSpace(sql[index] & 0xff)) {
      index++;
    }
    return index < sql.length && sql[index] == character;
  }

  private void skipSpaceAndComments() {
    while (end < sql.length) {
      int character = sql[end] & 0xff;
      int following = end + 1 < sql.length ? sql[end + 1] & 0xff : 0;
      if (isSpace(character)) {
        end++;
      } else if ((character == '-' && following == '-')
          || (character == '#' && (following == ' ' || following == '!'))) {
        while (end < sql.length && sql[end] != '\n') {
          end++;
        }
      } else if (character == '/' && following == '*') {
        end += 2;
        while (end < sql.length && !(sql[end] == '/' && sql[end - 1] == '*')) {
          end++;
        }
        end = Math.min(end + 1, sql.length);
      } else {
        return;
      }
    }
  }

  private void skipQuoted(int quote) {
    end++;
    while (end < sql.length && (sql[end] & 0xff) != quote) {
      // Of a doubled quote each half ends or begins a string, which comes to the same.
      end += sql[end] == '\\' ? 2 : 1;
    }
    end = Math.min(end + 1, sql.length);
  }

  /** Skips {@code $tag$ ... $tag$}, if it is one. */
  private boolean skipHeredoc() {
    int tagEnd = end + 1;
    while (tagEnd < sql.length && isWordPart(sql[tagEnd] & 0xff) && sql[tagEnd] != '$') {
      tagEnd++;
    }
    if (tagEnd >= sql.length || sql[tagEnd] != '$') {
      return false;
    }
    String text = new String(sql, StandardCharsets.ISO_8859_1);
    String tag = text.substring(end, tagEnd + 1);
    int close = text.indexOf(tag, tagEnd + 1);
    if (close < 0) {
      return false;
    }
    end = close + tag.length();
    return true;
  }

  private static boolean isSpace(int character) {
    return character <= ' ';
  }

  private static boolean isWordPart(int character) {
    return Character.isLetterOrDigit(character) && character < 0x80
        || character == '_'
        || character == '$'
        || character >= 0x80;
  }
}
