package dev.recount.cli.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.UserError;
import dev.recount.cli.status.PipelineLag;
import dev.recount.schemas.Connection;
import dev.recount.web.PipelineStatus;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the pipeline is. Pages ask every few seconds, and Kafka is asked no more often for several.
 */
public final class LivePipeline implements PipelineStatus {
  private static final Duration FRESH = Duration.ofSeconds(4);

  private final Supplier<ObjectNode> roles;
  private final Connection connection;
  private @Nullable JsonNode last;
  private long askedNanos;

  /**
   * @param roles says how each role is
   * @param connection to the Kafka that lag is asked of
   */
  public LivePipeline(Supplier<ObjectNode> roles, Connection connection) {
    this.roles = roles;
    this.connection = connection;
  }

  @Override
  public synchronized JsonNode now() {
    JsonNode known = last;
    if (known != null && System.nanoTime() - askedNanos < FRESH.toNanos()) {
      return known;
    }
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.set("roles", roles.get());
    ObjectNode lag = status.putObject("lag");
    try {
      PipelineLag.of(connection, lag);
    } catch (UserError away) {
      lag.removeAll();
      lag.put("error", away.getMessage());
    }
    last = status;
    askedNanos = System.nanoTime();
    return status;
  }
}
