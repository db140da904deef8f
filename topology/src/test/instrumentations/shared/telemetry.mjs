// Spans over OTLP/HTTP to OTEL_EXPORTER_OTLP_ENDPOINT, as the OpenTelemetry documentation sets it up.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** @param simple exports each span as it ends, so that the root comes last and alone */
export function startTracing({ simple = false, processors } = {}) {
  const Processor = simple ? SimpleSpanProcessor : BatchSpanProcessor;
  const provider = new NodeTracerProvider({
    resource: detectResources({ detectors: [envDetector] }),
    spanProcessors: processors ?? [new Processor(new OTLPTraceExporter())],
  });
  provider.register();
  return provider;
}
