package dev.recount.schemas.redaction;

import java.util.ArrayList;
import java.util.List;

/**
 * Payment card numbers: 13 to 19 digits of a known issuer whose check digit holds, in one run or in
 * groups with single spaces or hyphens between them.
 */
final class CardNumbers {
  private static final int SHORTEST = 13;
  private static final int LONGEST = 19;

  private CardNumbers() {}

  static List<Detector.Found> find(String text) {
    List<Detector.Found> found = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      if (!isDigit(text, at)) {
        at++;
      } else if (isPartOfAWord(text, at - 1)) {
        at = endOfGroup(text, at);
      } else {
        int end = endOfCard(text, at);
        if (end < 0) {
          at = endOfGroup(text, at);
        } else {
          found.add(new Detector.Found(at, end));
          at = end;
        }
      }
    }
    return found;
  }

  /** The end of the longest card number that begins at a position; -1 where there is none. */
  private static int endOfCard(String text, int start) {
    StringBuilder digits = new StringBuilder(LONGEST);
    int end = -1;
    int at = start;
    while (at < text.length()) {
      int endOfGroup = endOfGroup(text, at);
      if (digits.length() + endOfGroup - at > LONGEST) {
        break;
      }
      digits.append(text, at, endOfGroup);
      if (digits.length() >= SHORTEST
          && !isPartOfAWord(text, endOfGroup)
          && isCard(digits.toString())) {
        end = endOfGroup;
      }
      if (endOfGroup + 1 >= text.length()
          || (text.charAt(endOfGroup) != ' ' && text.charAt(endOfGroup) != '-')
          || !isDigit(text, endOfGroup + 1)) {
        break;
      }
      at = endOfGroup + 1;
    }
    return end;
  }

  private static int endOfGroup(String text, int start) {
    int end = start;
    while (isDigit(text, end)) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  private static boolean isPartOfAWord(String text, int at) {
    return at >= 0
        && at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_');
  }

  private static boolean isCard(String digits) {
    return isOfAnIssuer(digits) && luhn(digits) % 10 == 0;
  }

  /** By the leading digits and lengths that the large networks use. */
  private static boolean isOfAnIssuer(String digits) {
    int length = digits.length();
    int two = Integer.parseInt(digits.substring(0, 2));
    int four = Integer.parseInt(digits.substring(0, 4));
    boolean visa = digits.charAt(0) == '4' && (length == 13 || length == 16 || length == 19);
    boolean mastercard =
        length == 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720));
    boolean americanExpress = length == 15 && (two == 34 || two == 37);
    boolean diners = length >= 14 && (two == 36 || two == 38 || (four >= 3000 && four <= 3059));
    boolean others =
        length >= 16 && (two == 35 || two == 60 || two == 62 || two == 64 || two == 65);
    boolean maestro = two == 50 || (two >= 56 && two <= 58) || two == 63 || two == 67;
    return visa || mastercard || americanExpress || diners || others || maestro;
  }

  private static int luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int weighted = i % 2 == 0 ? digit : 2 * digit;
      sum += weighted > 9 ? weighted - 9 : weighted;
    }
    return sum;
  }
}
