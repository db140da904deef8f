package dev.recount.cli.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The words and signs of a statement, without its comments and literals: enough to tell what kind
 * of statement it is, by the lexical rules of ClickHouse.
 */
final class SqlTokens {
  /**
   * A word or a sign.
   *
   * @param text lower-case word, or a single sign
   * @param word whether it is a word: a keyword or a name
   * @param quoted whether it is a name in back-ticks or double quotes
   * @param depth how many parentheses enclose it
   */
  record Token(String text, boolean word, boolean quoted, int depth) {
    boolean isKeyword(String keyword) {
      return word && !quoted && text.equals(keyword);
    }
  }

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private final Set<String> doubts = new TreeSet<>();
  private int position;
  private int depth;

  private SqlTokens(String sql) {
    this.sql = sql;
  }

  /** A statement as it reads. */
  static SqlTokens of(String sql) {
    SqlTokens scanner = new SqlTokens(sql);
    scanner.scan();
    return scanner;
  }

  /** The tokens in their order. */
  List<Token> tokens() {
    return tokens;
  }

  /**
   * What the server may read in another way than it is read here, so that it could hide something:
   * none of it is needed in a query.
   */
  Set<String> doubts() {
    return doubts;
  }

  private void scan() {
    while (position < sql.length()) {
      char sign = sql.charAt(position);
      if (Character.isWhitespace(sign)) {
        position++;
      } else if (sql.startsWith("--", position) || startsHashComment()) {
        skipTo("\n");
      } else if (sql.startsWith("//", position)) {
        doubts.add("a comment that starts with //");
        sign(sign);
      } else if (sql.startsWith("/*", position)) {
        blockComment();
      } else if (sign == '\'') {
        quoted(sign);
      } else if (sign == '"' || sign == '`') {
        int begin = position;
        tokens.add(new Token(quoted(sign).toLowerCase(Locale.ROOT), true, true, depth));
        if (sql.substring(begin, position).indexOf('\\') >= 0) {
          doubts.add("a quoted name with a backslash in it");
        }
      } else if (sign == '$') {
        if (!skippedHeredoc()) {
          doubts.add("a $ that begins no text");
          sign(sign);
        }
      } else if (sign >= 0x80) {
        doubts.add("the sign " + sign + " outside of quotes");
        sign(sign);
      } else if (Character.isLetterOrDigit(sign) || sign == '_') {
        word();
      } else {
        sign(sign);
      }
    }
  }

  private boolean startsHashComment() {
    return sql.startsWith("# ", position) || sql.startsWith("#!", position);
  }

  private void blockComment() {
    int begin = position + 2;
    position = begin;
    skipTo("*/");
    if (sql.substring(begin, position).contains("/*")) {
      doubts.add("a comment within a comment");
    }
  }

  private void skipTo(String end) {
    int found = sql.indexOf(end, position);
    position = found < 0 ? sql.length() : found + end.length();
  }

  /** Skips a quoted part and returns what is between the quotes. */
  private String quoted(char quote) {
    StringBuilder content = new StringBuilder();
    position++;
    while (position < sql.length()) {
      char sign = sql.charAt(position++);
      if (sign == '\\' && position < sql.length()) {
        content.append(sql.charAt(position++));
      } else if (sign == quote) {
        if (position < sql.length() && sql.charAt(position) == quote) {
          content.append(quote); // doubled, it stands for itself
          position++;
        } else {
          break;
        }
      } else {
        content.append(sign);
      }
    }
    return content.toString();
  }

  /** Skips {@code $tag$ … $tag$}. */
  private boolean skippedHeredoc() {
    int end = position + 1;
    while (end < sql.length()
        && (Character.isLetterOrDigit(sql.charAt(end)) || sql.charAt(end) == '_')) {
      end++;
    }
    if (end >= sql.length() || sql.charAt(end) != '$') {
      return false;
    }
    String tag = sql.substring(position, end + 1);
    if (sql.indexOf(tag, end + 1) < 0) {
      return false;
    }
    position = end + 1;
    skipTo(tag);
    return true;
  }

  private void word() {
    int start = position;
    while (position < sql.length()
        && (Character.isLetterOrDigit(sql.charAt(position))
            || sql.charAt(position) == '_'
            || sql.charAt(position) == '$')) {
      position++;
    }
    tokens.add(
        new Token(sql.substring(start, position).toLowerCase(Locale.ROOT), true, false, depth));
  }

  private void sign(char sign) {
    if (sign == ')') {
      depth = Math.max(0, depth - 1);
    }
    tokens.add(new Token(String.valueOf(sign), false, false, depth));
    if (sign == '(') {
      depth++;
    }
    position++;
  }
}
