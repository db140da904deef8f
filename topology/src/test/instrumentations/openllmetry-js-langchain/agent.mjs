import * as traceloop from '@traceloop/node-server-sdk';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import * as callbackManagerModule from '@langchain/core/callbacks/manager';

import { AGENT, SESSION, USER } from './tools.mjs';
import { runLangChain } from './langchain.mjs';

traceloop.initialize({
  appName: AGENT,
  exporter: new OTLPTraceExporter(),
  instrumentModules: { langchain: { callbackManagerModule } },
  silenceInitializationMessage: true,
  traceloopSyncEnabled: false,
});

await traceloop.withAssociationProperties({ session_id: SESSION, user_id: USER }, () =>
  traceloop.withWorkflow({ name: 'refund' }, () => runLangChain()),
);
await traceloop.forceFlush();
process.exit(0);
