package dev.recount.cli.faults;

import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetryGenerator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Generated traces that come one wave after the other, as those of live agents do, and every event
 * of them twice.
 */
final class Waves {
  private static final int TRACES_TO_A_WAVE = 10;

  private record Sent(double at, Telemetry event) {}

  private Waves() {}

  /** Their events in the order in which they are sent. */
  static List<Telemetry> generate(int traces, long seed) {
    return oneByOne(traces, seed).stream().flatMap(List::stream).toList();
  }

  /** Likewise, by wave: every trace is in one of them. */
  static List<List<Telemetry>> oneByOne(int traces, long seed) {
    Random random = new Random(seed);
    int count = Math.max(1, traces / TRACES_TO_A_WAVE);
    List<List<Sent>> waves = new ArrayList<>();
    for (int wave = 0; wave < count; wave++) {
      waves.add(new ArrayList<>());
    }
    Map<String, Integer> waveOf = new HashMap<>();
    for (Telemetry event : TelemetryGenerator.generate(traces, seed)) {
      String trace = traceOf(event);
      int wave =
          trace == null
              ? random.nextInt(count)
              : waveOf.computeIfAbsent(trace, unused -> random.nextInt(count));
      waves.get(wave).add(new Sent(random.nextDouble(), event));
      waves.get(wave).add(new Sent(random.nextDouble(), event));
    }
    return waves.stream()
        .map(
            wave ->
                wave.stream()
                    .sorted(Comparator.comparingDouble(Sent::at))
                    .map(Sent::event)
                    .toList())
        .toList();
  }

  private static @Nullable String traceOf(Telemetry event) {
    if (event instanceof Telemetry.Span span) {
      return span.trace();
    } else if (event instanceof Telemetry.Log log) {
      return log.trace();
    } else if (event instanceof Telemetry.Snapshot snapshot) {
      return snapshot.trace();
    } else if (event instanceof Telemetry.Decision decision) {
      return decision.trace();
    } else if (event instanceof Telemetry.Feedback feedback) {
      return feedback.about().trace();
    }
    return null;
  }
}
