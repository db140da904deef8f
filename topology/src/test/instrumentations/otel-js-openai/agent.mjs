import { createRequire } from 'node:module';

import { NodeSDK } from '@opentelemetry/sdk-node';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';

import { runOpenAi } from './loop.mjs';

process.env.OTEL_TRACES_EXPORTER = 'otlp';
process.env.OTEL_LOGS_EXPORTER = 'otlp';
process.env.OTEL_METRICS_EXPORTER = 'none';
const sdk = new NodeSDK({
  instrumentations: [new OpenAIInstrumentation({ captureMessageContent: true })],
});
sdk.start();

// Required, not imported: the instrumentation hooks `require`.
const { OpenAI } = createRequire(import.meta.url)('openai');
await runOpenAi(new OpenAI());
await sdk.shutdown();
