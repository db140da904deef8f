package dev.recount.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where this JVM's time goes, by Java Flight Recorder: a sample of every running thread each ten
 * milliseconds, of Java and of native code.
 */
final class HotSpots implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final int SHOWN = 40;

  private final Recording recording = new Recording();

  /** Starts sampling. */
  HotSpots() {
    recording.enable("jdk.ExecutionSample").withPeriod(PERIOD);
    recording.enable("jdk.NativeMethodSample").withPeriod(PERIOD);
    recording.enable("jdk.ObjectAllocationSample").with("throttle", "150/s");
    recording.enable("jdk.GCPhasePause").withoutThreshold();
    recording.start();
  }

  /**
   * Stops sampling and says what was seen.
   *
   * @param kept where the recording itself is left, for {@code jfr} and other tools
   */
  List<String> stop(Path kept) throws IOException {
    recording.stop();
    recording.dump(kept);
    Tally tally = new Tally();
    try (RecordingFile file = new RecordingFile(kept)) {
      while (file.hasMoreEvents()) {
        tally.add(file.readEvent());
      }
    }
    return tally.lines();
  }

  @Override
  public void close() {
    recording.close();
  }

  private static final class Tally {
    private final Map<String, Long> byThread = new HashMap<>();
    private final Map<String, Long> byLeaf = new HashMap<>();
    private final Map<String, Long> byOwnMethod = new HashMap<>();
    private final Map<String, Long> allocatedBy = new HashMap<>();
    private long pauseNanos;

    void add(RecordedEvent event) {
      switch (event.getEventType().getName()) {
        case "jdk.ExecutionSample", "jdk.NativeMethodSample" -> addSample(event);
        case "jdk.ObjectAllocationSample" -> addAllocation(event);
        case "jdk.GCPhasePause" -> pauseNanos += event.getDuration().toNanos();
        default -> {}
      }
    }

    private void addSample(RecordedEvent event) {
      RecordedStackTrace stack = event.getStackTrace();
      RecordedThread thread = event.getThread("sampledThread");
      if (stack == null || thread == null || stack.getFrames().isEmpty()) {
        return;
      }
      String leaf = method(stack.getFrames().get(0));
      if (isWaiting(leaf)) {
        return;
      }
      String group = group(String.valueOf(thread.getJavaName()));
      byThread.merge(group, 1L, Long::sum);
      if (!group.equals("stream threads")) {
        return;
      }
      byLeaf.merge(leaf, 1L, Long::sum);
      Set<String> seen = new HashSet<>();
      for (RecordedFrame frame : stack.getFrames()) {
        String method = method(frame);
        if (isTelling(method) && seen.add(method)) {
          byOwnMethod.merge(method, 1L, Long::sum);
        }
      }
    }

    private void addAllocation(RecordedEvent event) {
      RecordedStackTrace stack = event.getStackTrace();
      RecordedThread thread = event.getThread("eventThread");
      if (stack == null
          || thread == null
          || !group(String.valueOf(thread.getJavaName())).equals("stream threads")) {
        return;
      }
      for (RecordedFrame frame : stack.getFrames()) {
        String method = method(frame);
        if (method.startsWith("dev.recount.") || method.startsWith("org.apache.kafka.")) {
          allocatedBy.merge(method, event.getLong("weight"), Long::sum);
          return;
        }
      }
    }

    /** Native code in which a thread is not running but waiting for something to happen. */
    private static boolean isWaiting(String leaf) {
      return leaf.startsWith("sun.nio.ch.EPoll")
          || leaf.startsWith("sun.nio.ch.Net.accept")
          || leaf.startsWith("java.lang.ProcessHandleImpl")
          || leaf.startsWith("java.lang.ref.")
          || leaf.startsWith("jdk.internal.misc.Unsafe.park");
    }

    private static boolean isTelling(String method) {
      return method.startsWith("dev.recount.")
          || method.startsWith("org.rocksdb.RocksDB.")
          || method.startsWith("org.apache.kafka.streams.state.internals.Metered")
          || method.startsWith("org.apache.kafka.streams.processor.internals.RecordCollector")
          || method.startsWith("org.apache.kafka.streams.processor.internals.TaskExecutor.")
          || method.startsWith("org.apache.kafka.clients.producer.KafkaProducer.")
          || method.startsWith("org.apache.kafka.clients.consumer.internals.Fetch");
    }

    private static String group(String thread) {
      if (thread.contains("StreamThread") && !thread.contains("producer")) {
        return "stream threads";
      }
      if (thread.startsWith("kafka-producer")) {
        return "producers of Streams";
      }
      if (thread.startsWith("data-plane") || thread.contains("request-handler")) {
        return "broker: requests and network";
      }
      return thread.startsWith("main") ? "benchmark" : "broker: other, consumers, JVM";
    }

    private static String method(RecordedFrame frame) {
      return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add("Samples by thread (garbage collection paused " + pauseNanos / 1_000_000 + " ms)");
      lines.addAll(shares(byThread, total(byThread)));
      long samples = total(byLeaf);
      lines.add("Stream threads: samples within a method and what it calls");
      lines.addAll(shares(byOwnMethod, samples));
      lines.add("Stream threads: samples at the top of the stack");
      lines.addAll(shares(byLeaf, samples));
      lines.add("Stream threads: bytes allocated, by the nearest method of Recount or Kafka");
      lines.addAll(shares(allocatedBy, total(allocatedBy)));
      return lines;
    }

    private static long total(Map<String, Long> counts) {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static List<String> shares(Map<String, Long> counts, long total) {
      return counts.entrySet().stream()
          .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
          .limit(SHOWN)
          .map(
              entry ->
                  String.format("  %5.1f %%  %s", 100.0 * entry.getValue() / total, entry.getKey()))
          .toList();
    }
  }

  /** A file in the working folder's {@code target}, or else beside it. */
  static Path file(String name) throws IOException {
    Path folder = Path.of("benchmarks", "target");
    Path home = Files.isDirectory(folder) ? folder : Path.of(".");
    return home.resolve(name);
  }
}
