package dev.recount.cli.trace;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A row of ClickHouse by column name. A column that is not there counts as absent. */
record Row(JsonNode columns) {
  /** Text; empty where it is absent, as in the tables. */
  String text(String column) {
    JsonNode value = columns.path(column);
    return value.isNull() || value.isMissingNode() ? "" : value.asText();
  }

  /** A whole number; 0 where it is absent. */
  long number(String column) {
    return columns.path(column).asLong();
  }

  /** A number, where there is one. */
  OptionalDouble fraction(String column) {
    JsonNode value = columns.path(column);
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  /** Whether a flag is set. */
  boolean isSet(String column) {
    return columns.path(column).asBoolean();
  }

  /** A list of text. */
  List<String> texts(String column) {
    List<String> texts = new ArrayList<>();
    columns.path(column).forEach(value -> texts.add(value.asText()));
    return texts;
  }

  /** Rows within the row. */
  List<Row> rows(String column) {
    List<Row> rows = new ArrayList<>();
    columns.path(column).forEach(value -> rows.add(new Row(value)));
    return rows;
  }

  /** A time, which ClickHouse writes in UTC with a blank between date and time. */
  Optional<Instant> time(String column) {
    String text = text(column);
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC));
  }

  /** From one time to another, where both are known. */
  Optional<Duration> between(String from, String to) {
    return time(from).flatMap(start -> time(to).map(end -> Duration.between(start, end)));
  }
}
