import * as traceloop from '@traceloop/node-server-sdk';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import * as anthropic from '@anthropic-ai/sdk';

import { runAnthropic } from './loop.mjs';
import { AGENT, SESSION } from './tools.mjs';

traceloop.initialize({
  appName: AGENT,
  exporter: new OTLPTraceExporter(),
  instrumentModules: { anthropic },
  silenceInitializationMessage: true,
  traceloopSyncEnabled: false,
});

await traceloop.withAssociationProperties({ session_id: SESSION }, () =>
  runAnthropic(new anthropic.Anthropic()),
);
await traceloop.forceFlush();
process.exit(0);
