package dev.recount.sinks.clickhouse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** Connect's side of a task, as far as the sink uses it. */
public final class TaskContext implements SinkTaskContext {
  private final List<SinkRecord> reported = new ArrayList<>();
  private final List<Throwable> reasons = new ArrayList<>();
  private long timeout = -1;
  private int commitRequests;

  /** Records that were put aside. */
  public List<SinkRecord> reported() {
    return reported;
  }

  /** Why they were, in the same order. */
  public List<Throwable> reasons() {
    return reasons;
  }

  /** How long Connect was last asked to wait, in milliseconds; -1 when it was not. */
  public long timeout() {
    return timeout;
  }

  int commitRequests() {
    return commitRequests;
  }

  @Override
  public Map<String, String> configs() {
    return Map.of();
  }

  @Override
  public void offset(Map<TopicPartition, Long> offsets) {
    throw new UnsupportedOperationException("The sink never rewinds");
  }

  @Override
  public void offset(TopicPartition partition, long offset) {
    throw new UnsupportedOperationException("The sink never rewinds");
  }

  @Override
  public void timeout(long milliseconds) {
    timeout = milliseconds;
  }

  @Override
  public Set<TopicPartition> assignment() {
    return Set.of();
  }

  @Override
  public void pause(TopicPartition... partitions) {
    throw new UnsupportedOperationException("The sink leaves pausing to Connect");
  }

  @Override
  public void resume(TopicPartition... partitions) {
    throw new UnsupportedOperationException("The sink leaves pausing to Connect");
  }

  @Override
  public void requestCommit() {
    commitRequests++;
  }

  @Override
  public PluginMetrics pluginMetrics() {
    return new NoPluginMetrics();
  }

  @Override
  public ErrantRecordReporter errantRecordReporter() {
    return (record, error) -> {
      reported.add(record);
      reasons.add(error);
      return CompletableFuture.completedFuture(null);
    };
  }
}
