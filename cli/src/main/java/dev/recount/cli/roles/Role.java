package dev.recount.cli.roles;

/** A part of the pipeline that has been started. */
public interface Role extends AutoCloseable {
  /** Its name, as in {@code /health}. */
  String name();

  /** How it is. Answers within seconds, and never throws for what is merely down. */
  Health health();

  /** Stops it, finishing what it has begun. */
  @Override
  void close();
}
