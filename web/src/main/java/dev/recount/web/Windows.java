package dev.recount.web;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads what models saw. Used by several threads at once. */
public interface Windows {
  /**
   * A context window: {@code snapshot_id}, {@code number}, {@code of}, {@code model}, and {@code
   * segments}, each with {@code position}, {@code kind}, {@code source}, {@code content_sha256},
   * {@code token_count}, {@code original_token_count}, {@code truncated} and its {@code messages},
   * or the reason in {@code missing} why there are none.
   *
   * @throws NotFound when it is not in the archive, with the reason
   */
  JsonNode window(String traceId, String snapshotId);

  /**
   * What changed from one window of a trace to another: {@code kept}, and the segments that are
   * {@code removed} and {@code added}, as in a window.
   *
   * @throws NotFound when either is not in the archive, with the reason
   */
  JsonNode difference(String traceId, String from, String to);

  /**
   * The request that a model was sent, as a chat in JSON.
   *
   * @throws NotFound when some of it is not in the archive, with the reason
   */
  String request(String traceId, String snapshotId);
}
