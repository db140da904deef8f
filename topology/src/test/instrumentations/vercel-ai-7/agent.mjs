import { OpenTelemetry } from '@ai-sdk/otel';
import { generateText, jsonSchema, registerTelemetry, stepCountIs, tool as aiTool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';

import { answer } from './mock-model.mjs';
import { startTracing } from './telemetry.mjs';
import { AGENT, QUESTION, SESSION, SYSTEM, TOOLS, USER } from './tools.mjs';

const provider = startTracing();
registerTelemetry(new OpenTelemetry({ runtimeContext: true }));

const model = new MockLanguageModelV4({
  provider: 'openai.chat',
  modelId: 'gpt-4o-mini',
  doGenerate: async ({ prompt }) => {
    const turn = await answer(prompt.filter((message) => message.role === 'tool').length);
    return {
      content: [
        { type: 'text', text: turn.text },
        ...turn.toolCalls.map((call) => ({
          type: 'tool-call',
          toolCallId: call.id,
          toolName: call.function.name,
          input: call.function.arguments,
        })),
      ],
      finishReason: { unified: turn.finish, raw: turn.finish },
      usage: {
        inputTokens: {
          total: turn.input,
          noCache: turn.input - turn.cached,
          cacheRead: turn.cached,
          cacheWrite: undefined,
        },
        outputTokens: { total: turn.output, text: turn.output, reasoning: undefined },
      },
      response: { id: turn.id, modelId: turn.model, timestamp: turn.timestamp },
      warnings: [],
    };
  },
});

await generateText({
  model,
  instructions: SYSTEM,
  prompt: QUESTION,
  stopWhen: stepCountIs(5),
  tools: Object.fromEntries(
    TOOLS.map(({ name, description, parameters, run }) => [
      name,
      aiTool({ description, inputSchema: jsonSchema(parameters), execute: run }),
    ]),
  ),
  runtimeContext: { sessionId: SESSION, userId: USER },
  telemetry: { functionId: AGENT, includeRuntimeContext: { sessionId: true, userId: true } },
});
await provider.shutdown();
