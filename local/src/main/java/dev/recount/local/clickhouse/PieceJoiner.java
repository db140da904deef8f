package dev.recount.local.clickhouse;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Joins the pieces of a streamed result. The engine formats each piece as if it were a whole
 * result, which comes to the same for formats that are a mere sequence of rows; of the drivers'
 * format, each further header is cut off. Results in other formats cannot be streamed.
 */
final class PieceJoiner {
  private static final Set<String> SEQUENCES =
      Set.of(
          "tabseparated",
          "tsv",
          "tabseparatedraw",
          "tsvraw",
          "raw",
          "csv",
          "rowbinary",
          "jsoneachrow",
          "jsonlines",
          "ndjson",
          "jsoncompacteachrow",
          "native");

  /** How many texts per column the header of a format has. */
  private final int headerTexts;

  private boolean first = true;

  private PieceJoiner(int headerTexts) {
    this.headerTexts = headerTexts;
  }

  /** The joiner for a format; empty if its pieces cannot be joined. */
  static Optional<PieceJoiner> of(String format) {
    String name = format.toLowerCase(Locale.ROOT);
    if (SEQUENCES.contains(name)) {
      return Optional.of(new PieceJoiner(0));
    }
    return switch (name) {
      case "rowbinarywithnames" -> Optional.of(new PieceJoiner(1));
      case "rowbinarywithnamesandtypes" -> Optional.of(new PieceJoiner(2));
      default -> Optional.empty();
    };
  }

  /** What of a piece belongs to the joined result. */
  ByteBuffer join(ByteBuffer piece) {
    if (!first && headerTexts > 0) {
      skipHeader(piece);
    }
    first = false;
    return piece;
  }

  private void skipHeader(ByteBuffer piece) {
    int columns = readSize(piece);
    for (int text = 0; text < columns * headerTexts; text++) {
      int length = readSize(piece);
      piece.position(piece.position() + length);
    }
  }

  /** An unsigned LEB128 number. */
  private static int readSize(ByteBuffer piece) {
    int size = 0;
    int shift = 0;
    int part;
    do {
      part = piece.get();
      size |= (part & 0x7f) << shift;
      shift += 7;
    } while ((part & 0x80) != 0);
    return size;
  }
}
