package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.oracle.TopicReader;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.Connection;
import dev.recount.schemas.DeadLetters;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether what could not be read is put aside, as it was and where people look for it. */
final class DeadLetterCheck {
  private DeadLetterCheck() {}

  /** Waits until every record is in topic and table once, with its original bytes. */
  static void assertPutAside(
      Map<Poison.Place, Poison> sent, Connection connection, ClickHouse clickHouse) {
    Patience.await("dead letters in ClickHouse", () -> table(clickHouse).size() >= sent.size());
    Map<Poison.Place, List<Optional<String>>> topic = topic(connection);
    Map<Poison.Place, List<Optional<String>>> table = table(clickHouse);
    sent.forEach(
        (place, poison) -> {
          Optional<String> digest =
              digest(poison.value() == null ? null : poison.value().toByteArray());
          assertThat(topic.get(place)).as("topic: %s", poison).containsExactly(digest);
          // A column of text has no way to say "no value".
          assertThat(table.get(place))
              .as("table: %s", poison)
              .containsExactly(digest.isPresent() ? digest : digest(new byte[0]));
        });
    assertThat(topic).hasSameSizeAs(sent);
    assertThat(table).hasSameSizeAs(sent);
  }

  private static Map<Poison.Place, List<Optional<String>>> topic(Connection connection) {
    Map<Poison.Place, List<Optional<String>>> found = new HashMap<>();
    TopicReader.read(
        connection,
        connection.topics().deadLetters(),
        record -> {
          Poison.Place place =
              new Poison.Place(
                  DeadLetters.read(record.headers(), DeadLetters.TOPIC).orElseThrow(),
                  Integer.parseInt(
                      DeadLetters.read(record.headers(), DeadLetters.PARTITION).orElseThrow()),
                  Long.parseLong(
                      DeadLetters.read(record.headers(), DeadLetters.OFFSET).orElseThrow()));
          found.computeIfAbsent(place, unused -> new ArrayList<>()).add(digest(record.value()));
        });
    return found;
  }

  private static Map<Poison.Place, List<Optional<String>>> table(ClickHouse clickHouse) {
    Map<Poison.Place, List<Optional<String>>> found = new HashMap<>();
    clickHouse
        .rows(
            "SELECT topic, partition, offset, lower(hex(SHA256(value))) AS digest"
                + " FROM dead_letters_latest",
            Map.of())
        .forEach(
            row ->
                found
                    .computeIfAbsent(
                        new Poison.Place(
                            row.path("topic").asText(),
                            row.path("partition").asInt(),
                            row.path("offset").asLong()),
                        unused -> new ArrayList<>())
                    .add(Optional.of(row.path("digest").asText())));
    return found;
  }

  private static Optional<String> digest(byte @Nullable [] value) {
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
