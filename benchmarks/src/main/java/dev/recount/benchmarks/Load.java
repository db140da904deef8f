package dev.recount.benchmarks;

import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * Exports that are made beforehand and then sent, by several senders at once, as fast as they are
 * taken or at a fixed rate that does not yield to slow answers.
 */
final class Load {
  /** Sends one export and returns when it has been acknowledged. */
  interface Sender extends AutoCloseable {
    void send(byte[] export) throws Exception;

    @Override
    void close();
  }

  /** Makes the sender of one connection. */
  interface Senders {
    Sender open();
  }

  /** One export, and the traces that end with it. */
  record Export(byte[] bytes, int spans, List<String> ending) {}

  private final List<Export> exports;

  private Load(List<Export> exports) {
    this.exports = exports;
  }

  /** Whole traces of ten spans. */
  static Load ofTraces(long salt, int traces, int spansPerExport) {
    AgentTraces agents = new AgentTraces(salt, System.currentTimeMillis() * 1_000_000);
    List<Export> exports = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    List<String> ending = new ArrayList<>();
    for (int trace = 0; trace < traces; trace++) {
      spans.addAll(agents.trace(trace, AgentTraces.SPANS_PER_RUN));
      ending.add(agents.traceId(trace));
      if (spans.size() >= spansPerExport || trace == traces - 1) {
        exports.add(new Export(AgentTraces.export(spans), spans.size(), List.copyOf(ending)));
        spans.clear();
        ending.clear();
      }
    }
    return new Load(exports);
  }

  /** One trace of any length, whose root ends last. */
  static Load ofOneTrace(long salt, int spanCount, int spansPerExport) {
    AgentTraces agents = new AgentTraces(salt, System.currentTimeMillis() * 1_000_000);
    List<Export> exports = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    for (int index = spanCount - 1; index >= 0; index--) {
      spans.add(agents.span(0, index));
      if (spans.size() >= spansPerExport || index == 0) {
        List<String> ending = index == 0 ? List.of(agents.traceId(0)) : List.of();
        exports.add(new Export(AgentTraces.export(spans), spans.size(), ending));
        spans.clear();
      }
    }
    return new Load(exports);
  }

  long spans() {
    return exports.stream().mapToLong(Export::spans).sum();
  }

  long bytes() {
    return exports.stream().mapToLong(export -> export.bytes().length).sum();
  }

  /**
   * Sends all of it and returns when everything has been acknowledged.
   *
   * @param spansPerSecond 0 for as fast as it is taken
   * @param sending told of each export, with the time in nanoseconds, just before it is sent
   * @return seconds it took
   */
  double send(
      Senders senders, int connections, int spansPerSecond, BiConsumer<Export, Long> sending)
      throws Exception {
    long began = System.nanoTime();
    AtomicInteger next = new AtomicInteger();
    long[] due = dueTimes(began, spansPerSecond);
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int connection = 0; connection < connections; connection++) {
        running.add(
            threads.submit(
                () -> {
                  try (Sender sender = senders.open()) {
                    for (int i = next.getAndIncrement();
                        i < exports.size();
                        i = next.getAndIncrement()) {
                      long wait = due[i] - System.nanoTime();
                      if (wait > 0) {
                        TimeUnit.NANOSECONDS.sleep(wait);
                      }
                      sending.accept(exports.get(i), System.nanoTime());
                      sender.send(exports.get(i).bytes());
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return (System.nanoTime() - began) / 1e9;
  }

  private long[] dueTimes(long began, int spansPerSecond) {
    long[] due = new long[exports.size()];
    long spans = 0;
    for (int i = 0; i < due.length; i++) {
      due[i] = spansPerSecond == 0 ? began : began + spans * 1_000_000_000L / spansPerSecond;
      spans += exports.get(i).spans();
    }
    return due;
  }
}
