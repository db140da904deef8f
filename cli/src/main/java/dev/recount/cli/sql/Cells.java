package dev.recount.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Values of ClickHouse as people read them. */
final class Cells {
  private Cells() {}

  /** A value on its own: text without quotes, NULL as such, lists and maps in brackets. */
  static String render(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "NULL";
    }
    return value.isTextual() ? value.textValue() : nested(value);
  }

  private static String nested(JsonNode value) {
    if (value.isArray()) {
      List<String> parts = new ArrayList<>();
      value.forEach(part -> parts.add(nested(part)));
      return "[" + String.join(", ", parts) + "]";
    }
    if (value.isObject()) {
      List<String> parts = new ArrayList<>();
      value
          .properties()
          .forEach(field -> parts.add(field.getKey() + ": " + nested(field.getValue())));
      return "{" + String.join(", ", parts) + "}";
    }
    if (value.isNull()) {
      return "NULL";
    }
    return value.isTextual() ? value.textValue() : value.toString();
  }
}
