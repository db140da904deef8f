package dev.recount.cli.roles;

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
}
