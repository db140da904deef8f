package dev.recount.cli.replay;

import dev.recount.cli.pipeline.Heartbeat;
import dev.recount.cli.pipeline.PipelineState;
import dev.recount.cli.pipeline.PipelineStateWriter;
import dev.recount.cli.pipeline.Rebuild;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline's state with the journal of a replay in it, as it was written last. Open, it shows
 * by a heartbeat that a replay is at work.
 */
final class Journal implements AutoCloseable {
  private final PipelineStateWriter writer;
  private final Heartbeat heartbeat;
  private PipelineState state;

  /** Shuts out whoever wrote before. */
  Journal(PipelineStateWriter writer, Heartbeat heartbeat, PipelineState state) {
    this.writer = writer;
    this.heartbeat = heartbeat;
    this.state = state;
  }

  PipelineState state() {
    return state;
  }

  /** What has begun; null when nothing has. */
  @Nullable Rebuild rebuild() {
    return state.rebuild();
  }

  /** Writes what is in force from now on. Returns once the brokers have it. */
  void write(PipelineState next) {
    writer.write(next);
    state = next;
  }

  @Override
  public void close() {
    heartbeat.close();
    writer.close();
  }
}
