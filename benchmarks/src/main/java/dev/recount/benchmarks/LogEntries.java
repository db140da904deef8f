package dev.recount.benchmarks;

import dev.recount.avro.TraceEvent;
import dev.recount.schemas.Topics;
import dev.recount.schemas.otlp.OtlpEncoding;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.intake.SpanIntake;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** What intake makes of spans: entries of the log, as bytes. */
final class LogEntries {
  static final Topics TOPICS = Topics.withPrefix("");
  static final TopologyCodecs CODECS = TopologyCodecs.of(new MockSchemaRegistryClient(), TOPICS);

  private final MockProcessorContext<byte[], byte[]> context = context();
  private final SpanIntake intake;

  /**
   * @param announceAliases whether entries for response and tool call IDs are made too
   */
  LogEntries(boolean announceAliases) {
    intake =
        new SpanIntake(
            CODECS.traceEvents(),
            OtlpEncoding.AUTO,
            Redaction.none(),
            SpanMapper.standard(),
            Evaluators.standard(),
            announceAliases);
    intake.init(context);
  }

  /** A processor context without a broker. */
  static MockProcessorContext<byte[], byte[]> context() {
    Properties properties = new Properties();
    properties.put("application.id", "benchmarks");
    properties.put("bootstrap.servers", "unused:1");
    return new MockProcessorContext<>(properties);
  }

  /** Takes in one export and returns how many entries it became. */
  int takeIn(byte[] export) {
    context.resetForwards();
    intake.process(new Record<>(new byte[0], export, 0));
    return context.forwarded().size();
  }

  /** The values of the entries that spans become. */
  static List<byte[]> of(List<Span> spans) {
    return new LogEntries(false).values(AgentTraces.export(spans));
  }

  /** The values of the entries that one export becomes. */
  List<byte[]> values(byte[] export) {
    List<byte[]> values = new ArrayList<>(takeIn(export));
    for (var forward : context.forwarded()) {
      values.add(forward.record().value());
    }
    return values;
  }

  /** The spans as the fold gets them. */
  static List<dev.recount.avro.Span> decoded(List<Span> spans) {
    List<dev.recount.avro.Span> decoded = new ArrayList<>(spans.size());
    for (byte[] entry : of(spans)) {
      TraceEvent event = CODECS.traceEvents().decode(entry);
      decoded.add((dev.recount.avro.Span) event.getPayload());
    }
    return decoded;
  }
}
