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

  static List<Telemetry> generate(int traces, long seed) {
    Random random = new Random(seed);
    int waves = Math.max(1, traces / TRACES_TO_A_WAVE);
    Map<String, Integer> waveOf = new HashMap<>();
    List<Sent> sent = new ArrayList<>();
    for (Telemetry event : TelemetryGenerator.generate(traces, seed)) {
      String trace = traceOf(event);
      int wave =
          trace == null
              ? random.nextInt(waves)
              : waveOf.computeIfAbsent(trace, unused -> random.nextInt(waves));
      sent.add(new Sent(wave + random.nextDouble(), event));
      sent.add(new Sent(wave + random.nextDouble(), event));
    }
    sent.sort(Comparator.comparingDouble(Sent::at));
    return sent.stream().map(Sent::event).toList();
  }

  private static @Nullable String traceOf(Telemetry event) {
    if (event instanceof Telemetry.Span span) {
      return span.trace();
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
