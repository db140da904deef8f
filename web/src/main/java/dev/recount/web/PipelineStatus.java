package dev.recount.web;

import com.fasterxml.jackson.databind.JsonNode;

/** Says how the pipeline is. Used by several threads at once. */
public interface PipelineStatus {
  /**
   * {@code roles}, each by name with {@code ready} and {@code detail}; {@code lag}, records that
   * each consumer has yet to read, by topic. What cannot be asked now is an object with {@code
   * error}. Does not throw for what is merely down.
   */
  JsonNode now();
}
