import * as traceloop from '@traceloop/node-server-sdk';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import OpenAI from 'openai';

import { runOpenAi } from './loop.mjs';
import { AGENT, SESSION, USER, tool } from './tools.mjs';

traceloop.initialize({
  appName: AGENT,
  exporter: new OTLPTraceExporter(),
  disableBatch: true,
  instrumentModules: { openAI: OpenAI },
  silenceInitializationMessage: true,
  traceloopSyncEnabled: false,
});

const callTool = (name, args) =>
  traceloop.withTool({ name }, (input) => tool(name).run(input), args);

await traceloop.withAssociationProperties({ session_id: SESSION, user_id: USER }, () =>
  traceloop.withWorkflow({ name: 'refund' }, () =>
    traceloop.withAgent({ name: AGENT }, () => runOpenAi(new OpenAI(), callTool)),
  ),
);
await traceloop.forceFlush();
process.exit(0);
