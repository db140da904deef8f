package dev.recount.cli.roles;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** What the parts of this process say of themselves, in Prometheus' text format. */
final class Metrics implements AutoCloseable {
  /** The format's media type. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry = new ForbearingRegistry();
  private final MBeanMeters sinks = new MBeanMeters();
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  private final Roles roles;
  private boolean bound;

  /**
   * Metrics of the process itself, and of its parts.
   *
   * @param roles asked when somebody asks for the first time
   */
  Metrics(Roles roles) {
    this.roles = roles;
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
  }

  /** Everything, as it is now. */
  synchronized String scrape() {
    if (!bound) {
      // Not before: of what a part begins to say later is heard with a delay.
      roles.bindTo(registry);
      bound = true;
    }
    sinks.refresh(registry);
    return registry.scrape(CONTENT_TYPE);
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
