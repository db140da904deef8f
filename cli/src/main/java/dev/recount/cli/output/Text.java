package dev.recount.cli.output;

import java.time.Duration;
import java.util.Locale;

/** Text as a terminal shows it. */
public final class Text {
  private static final int FIRST_PRINTABLE = 0x20;
  private static final int DELETE = 0x7f;
  private static final int FIRST_PRINTABLE_AFTER_C1 = 0xa0;

  private Text() {}

  /**
   * The text with control characters made visible: data comes from strangers, and an escape
   * sequence in it could move the cursor or rename the window.
   */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                  if (point < FIRST_PRINTABLE
                      || (point >= DELETE && point < FIRST_PRINTABLE_AFTER_C1)) {
                    out.append(String.format(Locale.ROOT, "\\x%02x", point));
                  } else {
                    out.appendCodePoint(point);
                  }
                }
              }
            });
    return out.toString();
  }

  /** Columns that the text takes up on a terminal; wide characters take up two. */
  public static int width(String text) {
    return text.codePoints().map(Text::width).sum();
  }

  /** The text cut to at most so many columns, the last of them an ellipsis when it was cut. */
  public static String shorten(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int taken = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      if (taken + width(point) > columns - 1) {
        break;
      }
      out.appendCodePoint(point);
      taken += width(point);
      i += Character.charCount(point);
    }
    return out.append('…').toString();
  }

  /** The text followed by blanks up to so many columns. */
  public static String padRight(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - width(text)));
  }

  /** The text preceded by blanks up to so many columns. */
  public static String padLeft(String text, int columns) {
    return " ".repeat(Math.max(0, columns - width(text))) + text;
  }

  /**
   * A duration with its unit, three digits or so: {@code 340 ms}, {@code 2.5 s}, {@code 3 min 5 s}.
   */
  public static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    if (millis < 3_600_000) {
      return millis / 60_000 + " min " + millis / 1000 % 60 + " s";
    }
    return millis / 3_600_000 + " h " + millis / 60_000 % 60 + " min";
  }

  /** A count with a thin grouping that everybody reads the same way: {@code 12,345}. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** A count and its noun, in the plural where that is due. */
  public static String count(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  private static int width(int point) {
    int type = Character.getType(point);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    return isWide(point) ? 2 : 1;
  }

  /** East Asian wide and full-width forms and pictographs, by block: Unicode's UAX 11, roughly. */
  private static boolean isWide(int point) {
    return (point >= 0x1100 && point <= 0x115f)
        || (point >= 0x2e80 && point <= 0xa4cf)
        || (point >= 0xac00 && point <= 0xd7a3)
        || (point >= 0xf900 && point <= 0xfaff)
        || (point >= 0xfe30 && point <= 0xfe6f)
        || (point >= 0xff00 && point <= 0xff60)
        || (point >= 0xffe0 && point <= 0xffe6)
        || (point >= 0x1f300 && point <= 0x1faff)
        || (point >= 0x20000 && point <= 0x3fffd);
  }
}
