package dev.recount.cli.roles;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * How a part of the pipeline is.
 *
 * @param ready whether it does its work
 * @param detail what it is doing, or why it is not ready, in a few words
 */
public record Health(boolean ready, String detail) {
  /** Does its work. */
  static Health ready(String detail) {
    return new Health(true, detail);
  }

  /** Does not. */
  static Health notReady(String reason) {
    return new Health(false, reason);
  }

  /** Puts in how each part is, by name. */
  static void put(Map<String, Health> parts, ObjectNode into) {
    parts.forEach(
        (name, health) ->
            into.putObject(name).put("ready", health.ready()).put("detail", health.detail()));
  }
}
