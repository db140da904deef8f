package dev.recount.cli.roles;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.ToDoubleFunction;

/**
 * A registry that goes on where one of the meters is wrong. What Kafka's clients count in
 * nanoseconds becomes negative at times, after a broker was away: Prometheus' client refuses such a
 * counter, and with it everything else that was asked for.
 */
final class ForbearingRegistry extends PrometheusMeterRegistry {
  ForbearingRegistry() {
    super(PrometheusConfig.DEFAULT);
  }

  @Override
  protected <T> FunctionCounter newFunctionCounter(
      Meter.Id id, T counted, ToDoubleFunction<T> count) {
    return super.newFunctionCounter(id, counted, from -> Math.max(0, count.applyAsDouble(from)));
  }
}
