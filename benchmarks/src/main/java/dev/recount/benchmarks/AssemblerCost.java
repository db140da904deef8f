package dev.recount.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/**
 * The assembler's processor time for each event by size of trace, without and with settling. Like
 * {@link AssemblerBenchmark}, but in processor time of the one thread, which other work on the
 * machine changes little, where JMH measures by the clock on the wall.
 */
public final class AssemblerCost {
  private static final int[] SPANS = {10, 1_000, 100_000, 1_000_000};
  private static final int DEFAULT_EVENTS = 1_000_000;
  private static final int WARM_UP_EVENTS = 200_000;

  private final EntryTemplates templates = new EntryTemplates(new AgentTraces(1, 0));
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  private AssemblerCost() {}

  /**
   * Prints a line for each size.
   *
   * @param arguments how many events each size is measured on, a million if left out; then the
   *     sizes, in spans a trace, four powers of ten if left out
   */
  public static void main(String[] arguments) {
    int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : DEFAULT_EVENTS;
    int[] sizes =
        arguments.length > 1
            ? Arrays.stream(arguments).skip(1).mapToInt(Integer::parseInt).toArray()
            : SPANS;
    AssemblerCost cost = new AssemblerCost();
    cost.measure(SPANS[0], WARM_UP_EVENTS, 0);
    System.out.println("processor time, µs an event      filing   settling");
    for (int spans : sizes) {
      if (spans <= events) {
        for (int cap : new int[] {20_000, AssemblerBenchmark.NO_CAP}) {
          double[] micros = cost.measure(spans, events, cap);
          System.out.printf(
              "%,9d spans a trace, %s  %7.1f  %9.1f%n",
              spans, cap == AssemblerBenchmark.NO_CAP ? "no cap" : "capped", micros[0], micros[1]);
        }
      }
    }
  }

  private double[] measure(int spans, int events, int cap) {
    Map<String, String> settings = cap == 0 ? Map.of() : Map.of("span.cap", Integer.toString(cap));
    try (AssemblerPartition partition = new AssemblerPartition(settings)) {
      long began = threads.getCurrentThreadCpuTime();
      byte[] key = new byte[0];
      for (int event = 0; event < events; event++) {
        int index = event % spans;
        if (index == 0) {
          key = templates.key(event / spans);
        }
        // The root last: it is what ends.
        partition.append(key, templates.entry(key, event / spans, spans - 1 - index));
      }
      long filed = threads.getCurrentThreadCpuTime();
      partition.pass(Duration.ofSeconds(20));
      // Timers that one tick may fire are limited: as many ticks as it takes.
      long before;
      do {
        before = partition.forwarded();
        partition.pass(Duration.ofSeconds(1));
      } while (partition.forwarded() > before);
      long settled = threads.getCurrentThreadCpuTime();
      return new double[] {(filed - began) / 1e3 / events, (settled - filed) / 1e3 / events};
    }
  }
}
