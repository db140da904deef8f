package dev.recount.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The assembler's processor time for each event by size of trace, without and with settling. Like
 * {@link AssemblerBenchmark}, but in processor time of all threads, garbage collection and
 * compaction of state included, which other work on the machine changes little, where JMH measures
 * by the clock on the wall.
 */
@Command(
    name = "run-assembler-cost",
    mixinStandardHelpOptions = true,
    description = "Processor time of filing and settling an event, by size of trace.")
public final class AssemblerCost implements Runnable {
  private static final int CAP = 20_000;

  /** Traces of each size that warm the code up: small ones, and one that takes long to fold. */
  private static final int[] WARM_UP_SPANS = {10, 1_000, 100_000};

  private final EntryTemplates templates = new EntryTemplates(new AgentTraces(1, 0));

  @Option(
      names = "--events",
      defaultValue = "1000000",
      description = "Events that each size is measured on. Default: ${DEFAULT-VALUE}.")
  private int events;

  @Option(
      names = "--warm-up",
      defaultValue = "300000",
      description = "Events of each of a few sizes before. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--open",
      defaultValue = "20000",
      description =
          "Events of traces that are open at once, unless one trace has more: what comes in the quiet"
              + " time of ten seconds at 2,000 spans/s in a partition. Default: ${DEFAULT-VALUE}.")
  private int open;

  @Option(names = "--capped", description = "Measure with the default cap of 20,000 spans too.")
  private boolean capped;

  @Parameters(
      defaultValue = "10 1000 100000 1000000",
      split = " ",
      description = "Sizes, in spans a trace. Default: ${DEFAULT-VALUE}.")
  private List<Integer> sizes = new ArrayList<>();

  private AssemblerCost() {}

  /** Prints a line for each size. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new AssemblerCost()).execute(arguments));
  }

  @Override
  public void run() {
    for (int spans : WARM_UP_SPANS) {
      if (spans <= warmUp) {
        measure(spans, warmUp, AssemblerBenchmark.NO_CAP);
      }
    }
    System.out.println("load of the machine before: " + Machine.loadAverage());
    System.out.println(
        "processor time, µs an event          filing  settling  together  of which"
            + " collection  compaction  compilation");
    for (int spans : sizes) {
      if (spans <= events) {
        print(spans, AssemblerBenchmark.NO_CAP);
        if (capped) {
          print(spans, CAP);
        }
      }
    }
    System.out.println("load of the machine after: " + Machine.loadAverage());
  }

  private void print(int spans, int cap) {
    Cost cost = measure(spans, events, cap);
    ProcessorTime filing = cost.filing();
    ProcessorTime settling = cost.settling();
    System.out.printf(
        "%,9d spans a trace, %s  %11.1f  %8.1f  %8.1f  %20.1f  %10.1f  %11.1f%n",
        spans,
        cap == AssemblerBenchmark.NO_CAP ? "no cap" : "capped",
        micros(filing.all()),
        micros(settling.all()),
        micros(filing.all() + settling.all()),
        micros(filing.collection() + settling.collection()),
        micros(filing.compaction() + settling.compaction()),
        micros(filing.compilation() + settling.compilation()));
  }

  private double micros(long nanos) {
    return nanos / 1e3 / events;
  }

  private record Cost(ProcessorTime filing, ProcessorTime settling) {}

  private Cost measure(int spans, int events, int cap) {
    try (AssemblerPartition partition =
        new AssemblerPartition(Map.of("span.cap", Integer.toString(cap)))) {
      // What was left by the size before is not this one's.
      System.gc();
      ProcessorTime filing = ProcessorTime.NONE;
      ProcessorTime settling = ProcessorTime.NONE;
      int round = spans * Math.max(1, Math.min(open, events) / spans);
      for (int done = 0; done < events; done += round) {
        ProcessorTime began = ProcessorTime.now();
        file(partition, spans, done, Math.min(events, done + round));
        ProcessorTime filed = ProcessorTime.now();
        settle(partition);
        filing = filing.plus(filed.since(began));
        settling = settling.plus(ProcessorTime.now().since(filed));
      }
      return new Cost(filing, settling);
    }
  }

  private void file(AssemblerPartition partition, int spans, int from, int to) {
    byte[] key = new byte[0];
    for (int event = from; event < to; event++) {
      int index = event % spans;
      if (index == 0) {
        key = templates.key(event / spans);
      }
      // The root last: it is what ends.
      partition.append(key, templates.entry(key, event / spans, spans - 1 - index));
    }
  }

  private static void settle(AssemblerPartition partition) {
    partition.pass(Duration.ofSeconds(20));
    // Timers that one tick may fire are limited: as many ticks as it takes.
    long before;
    do {
      before = partition.forwarded();
      partition.pass(Duration.ofSeconds(1));
    } while (partition.forwarded() > before);
  }
}
