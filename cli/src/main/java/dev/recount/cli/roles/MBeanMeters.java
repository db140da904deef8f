package dev.recount.cli.roles;

import dev.recount.sinks.clickhouse.delivery.SinkMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * What Kafka Connect says of its sinks by JMX, which is the only way in which it does. Tasks come
 * and go, so that it is looked up anew whenever somebody asks.
 */
final class MBeanMeters {
  /**
   * Some attributes of some beans.
   *
   * @param pattern which beans
   * @param prefix of the meters' names; the attribute's own name follows
   * @param attributes numbers; others are left out
   */
  private record Wanted(String pattern, String prefix, List<String> attributes) {}

  private static final List<Wanted> SINKS =
      List.of(
          new Wanted(
              "kafka.connect:type=sink-task-metrics,*",
              "recount.sink.",
              List.of(
                  "sink-record-read-total",
                  "sink-record-send-total",
                  "put-batch-avg-time-ms",
                  "put-batch-max-time-ms")),
          new Wanted(
              "kafka.connect:type=connector-task-metrics,*",
              "recount.sink.",
              List.of("batch-size-avg", "batch-size-max", "offset-commit-avg-time-ms")),
          new Wanted(
              "kafka.connect:type=task-error-metrics,*",
              "recount.sink.",
              List.of("deadletterqueue-produce-requests", "total-records-failed")),
          new Wanted(
              "kafka.connect:type=plugins,*",
              "recount.sink.",
              List.of(
                  "insert-rows-total",
                  "insert-batches-total",
                  "insert-time-ms-total",
                  "insert-retries-total",
                  "rows-rejected-total",
                  SinkMetrics.FAILED_ATTEMPTS)),
          new Wanted(
              "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=connector-consumer-*",
              "recount.sink.",
              List.of("records-lag-max")));

  private static final List<String> TAGS = List.of("connector", "task", "client-id");

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final Map<Source, Meter> meters = new HashMap<>();

  /** One attribute of one bean. */
  private record Source(ObjectName bean, String attribute) {}

  /** Looks for beans that have come and gone. */
  void refresh(MeterRegistry registry) {
    Set<Source> found = new HashSet<>();
    for (Wanted wanted : SINKS) {
      for (ObjectName bean : beans(wanted.pattern())) {
        for (String attribute : wanted.attributes()) {
          Source source = new Source(bean, attribute);
          if (!Double.isNaN(read(source))) {
            found.add(source);
            meters.computeIfAbsent(source, any -> register(source, wanted.prefix(), registry));
          }
        }
      }
    }
    meters
        .entrySet()
        .removeIf(
            meter -> {
              boolean gone = !found.contains(meter.getKey());
              if (gone) {
                registry.remove(meter.getValue());
              }
              return gone;
            });
  }

  private Meter register(Source source, String prefix, MeterRegistry registry) {
    String name = prefix + source.attribute().replace('-', '.');
    Tags tags = tags(source.bean());
    return source.attribute().endsWith("total")
        ? FunctionCounter.builder(name, source, this::read).tags(tags).register(registry)
        : Gauge.builder(name, source, this::read)
            .tags(tags)
            .strongReference(true)
            .register(registry);
  }

  private Set<ObjectName> beans(String pattern) {
    try {
      return server.queryNames(new ObjectName(pattern), null);
    } catch (MalformedObjectNameException impossible) {
      throw new IllegalStateException(pattern, impossible);
    }
  }

  /** How often a connector has failed in a row to hand over what it has; 0 while it succeeds. */
  long failedAttempts(String connector) {
    double most = 0;
    for (ObjectName bean : beans("kafka.connect:type=plugins,*")) {
      if (tags(bean).stream().anyMatch(tag -> tag.getValue().equals(connector))) {
        double attempts = read(new Source(bean, SinkMetrics.FAILED_ATTEMPTS));
        most = Double.isNaN(attempts) ? most : Math.max(most, attempts);
      }
    }
    return (long) most;
  }

  /** A number, or none for what is not there or is no number. */
  private double read(Source source) {
    try {
      return server.getAttribute(source.bean(), source.attribute()) instanceof Number value
          ? value.doubleValue()
          : Double.NaN;
    } catch (JMException gone) {
      return Double.NaN;
    }
  }

  private static Tags tags(ObjectName bean) {
    Tags tags = Tags.empty();
    for (String key : TAGS) {
      String value = bean.getKeyProperty(key);
      tags = tags.and(key, value == null ? "" : value.replace("\"", ""));
    }
    return tags;
  }
}
