package dev.recount.cli.roles;

import io.micrometer.core.instrument.MeterRegistry;

/** A part of the pipeline that has been started. */
public interface Role extends AutoCloseable {
  /** Its name, as in {@code /health}. */
  String name();

  /** How it is. Answers within seconds, and never throws for what is merely down. */
  Health health();

  /** Adds what it says of its own work to a registry. */
  default void bindTo(MeterRegistry registry) {}

  /** Stops it, finishing what it has begun. */
  @Override
  void close();
}
