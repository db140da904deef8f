package dev.recount.sinks.clickhouse.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * One step of the schema: a resource of numbered SQL. Once released it never changes; what comes
 * later is another step.
 *
 * @param name file name, which begins with the number
 * @param statements statements with placeholders, in order
 * @param checksum SHA-256 of the text with its placeholders, so that options do not change it
 */
record Migration(String name, List<String> statements, String checksum) {
  private static final String FOLDER = "/dev/recount/sinks/clickhouse/migrations/";

  /** Every migration, in order. The index names them: a jar cannot be listed reliably. */
  static List<Migration> all() {
    return resource("index").lines().filter(line -> !line.isBlank()).map(Migration::load).toList();
  }

  private static Migration load(String name) {
    return of(name, resource(name));
  }

  static Migration of(String name, String text) {
    return new Migration(name, SqlStatements.split(text), sha256(text));
  }

  private static String resource(String name) {
    try (InputStream resource = Migration.class.getResourceAsStream(FOLDER + name)) {
      if (resource == null) {
        throw new IllegalStateException("Migration " + name + " is not on the class path");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException unreadable) {
      throw new UncheckedIOException("Cannot read migration " + name, unreadable);
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every Java platform has SHA-256", impossible);
    }
  }
}
