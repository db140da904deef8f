package dev.recount.cli.roles;

import dev.recount.cli.pipeline.PipelineState;
import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.cli.pipeline.PipelineStateWriter;
import dev.recount.schemas.Connection;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topology as the application that is in force. Follows the state of the pipeline: a replay has
 * it stop, and go on as the application that the replay made.
 */
final class FollowedTopology implements Role {
  private static final Logger log = LoggerFactory.getLogger(FollowedTopology.class);
  private static final Duration POLL = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Connection connection;
  private final Map<String, String> own;
  private final Start start;
  private final Thread following = new Thread(this::follow, "pipeline-state");

  private volatile @Nullable PipelineStateReader reader;
  private volatile boolean closed;
  private volatile @Nullable StreamsRole current;

  /** The application that ran here before. */
  private @Nullable StreamsRole stopped;

  /** Who wants to know what the topology measures; null until somebody asks. */
  private @Nullable MeterRegistry meters;

  private volatile String application = "";
  private volatile boolean held;

  /** Starts the topology. */
  interface Start {
    /**
     * Starts it as the application in force.
     *
     * @param state says which one that is, with which topics, and what holds in place of what the
     *     log says of the configuration
     * @param settings the topology's settings that differ from the defaults
     */
    StreamsRole start(PipelineState state, Map<String, String> settings);
  }

  private FollowedTopology(Connection connection, Map<String, String> own, Start start) {
    this.connection = connection;
    this.own = Map.copyOf(own);
    this.start = start;
    following.setDaemon(true);
  }

  /**
   * Starts the application that is in force, or waits until one is to run.
   *
   * @param own settings that this process was given
   */
  static FollowedTopology start(Connection connection, Map<String, String> own, Start start) {
    FollowedTopology topology = new FollowedTopology(connection, own, start);
    try (PipelineStateReader state = PipelineStateReader.open(connection)) {
      topology.apply(state.state());
    }
    topology.following.start();
    return topology;
  }

  private void follow() {
    while (!closed) {
      try (PipelineStateReader opened = PipelineStateReader.open(connection)) {
        reader = opened;
        while (!closed) {
          apply(opened.state());
          opened.poll(POLL);
        }
      } catch (WakeupException closing) {
        return;
      } catch (RuntimeException failed) {
        if (!closed) {
          log.warn("Cannot follow the state of the pipeline, trying again: {}", failed.toString());
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
  }

  private synchronized void apply(PipelineState state) {
    if (closed) {
      return;
    }
    if (!state.running()) {
      held = true;
      stop();
      return;
    }
    StreamsRole running = current;
    if (running == null || !application.equals(state.application())) {
      stop();
      boolean replaced = !application.isEmpty() && !application.equals(state.application());
      if (replaced && stopped != null) {
        stopped.removeLocalState();
        stopped = null;
      }
      Map<String, String> settings = settings(state.settings(), replaced);
      application = state.application();
      StreamsRole started = start.start(state, settings);
      if (meters != null) {
        started.bindTo(meters);
      }
      current = started;
      held = false;
      PipelineStateWriter.writeSettings(connection, recorded(settings));
      log.info("The topology runs as {} with {}", application, settings.keySet());
    }
  }

  /**
   * The settings of an application: at its start those that this process was given win over those
   * that a replay left, at a hand-over those of the replay do.
   */
  private Map<String, String> settings(Map<String, String> ofReplay, boolean handedOver) {
    Map<String, String> settings = new HashMap<>(handedOver ? own : ofReplay);
    settings.putAll(handedOver ? ofReplay : own);
    if (!handedOver) {
      ofReplay.forEach(
          (name, value) -> {
            if (!value.equals(settings.get(name))) {
              log.warn(
                  "{} differs from what the rows were rebuilt with; what was set here holds", name);
            }
          });
    }
    return settings;
  }

  private static Map<String, String> recorded(Map<String, String> settings) {
    Map<String, String> recorded = new TreeMap<>(settings);
    recorded.remove("live");
    return recorded;
  }

  private void stop() {
    StreamsRole stopping = current;
    if (stopping != null) {
      stopping.close();
      stopped = stopping;
      current = null;
    }
  }

  /** Whether it waits for a replay that hands over. */
  boolean isHeld() {
    return held;
  }

  /** What made the topology stop for good; null while it goes on. */
  @Nullable String fault() {
    StreamsRole running = current;
    return running == null ? null : running.fault();
  }

  @Override
  public String name() {
    return "topology";
  }

  @Override
  public Health health() {
    StreamsRole running = current;
    if (running != null) {
      return running.health();
    }
    return Health.notReady(
        held
            ? "stopped while a replay hands over; if none is running, finish it with `recount replay"
                + " --all`"
            : "not started");
  }

  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    meters = registry;
    StreamsRole running = current;
    if (running != null) {
      running.bindTo(registry);
    }
  }

  @Override
  public void close() {
    closed = true;
    PipelineStateReader opened = reader;
    if (opened != null) {
      opened.wakeUp();
    }
    synchronized (this) {
      stop();
    }
  }
}
