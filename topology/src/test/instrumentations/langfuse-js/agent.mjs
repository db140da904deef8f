import { envDetector, detectResources } from '@opentelemetry/resources';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { observeOpenAI } from '@langfuse/openai';
import { propagateAttributes, startActiveObservation } from '@langfuse/tracing';
import OpenAI from 'openai';

import { runOpenAi } from './loop.mjs';
import { AGENT, PROMPT, QUESTION, SESSION, USER, tool } from './tools.mjs';

const provider = new NodeTracerProvider({
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: [
    new LangfuseSpanProcessor({
      publicKey: 'pk-lf-recorded',
      secretKey: 'sk-lf-recorded',
      baseUrl: process.env.MOCK_URL,
    }),
  ],
});
provider.register();

// As the documentation has it: a failed observation is one of level ERROR.
const callTool = (name, args) =>
  startActiveObservation(
    name,
    async (observation) => {
      observation.update({ input: args });
      try {
        const output = await tool(name).run(args);
        observation.update({ output });
        return output;
      } catch (error) {
        observation.update({ level: 'ERROR', statusMessage: error.message });
        throw error;
      }
    },
    { asType: 'tool' },
  );

const client = observeOpenAI(new OpenAI(), {
  generationName: 'answer',
  langfusePrompt: { name: PROMPT, version: 17, isFallback: false },
});
await propagateAttributes({ sessionId: SESSION, userId: USER, version: '2.4.1' }, () =>
  startActiveObservation(
    AGENT,
    async (observation) => {
      observation.update({ input: QUESTION });
      observation.update({ output: await runOpenAi(client, callTool) });
    },
    { asType: 'agent' },
  ),
);
await provider.shutdown();
