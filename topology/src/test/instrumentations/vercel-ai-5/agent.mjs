import { generateText, jsonSchema, stepCountIs, tool as aiTool } from 'ai';
import { MockLanguageModelV2 } from 'ai/test';

import { answer } from './mock-model.mjs';
import { startTracing } from './telemetry.mjs';
import {
  AGENT, AGENT_VERSION, PROMPT, PROMPT_VERSION, QUESTION, SESSION, SYSTEM, TOOLS, USER,
} from './tools.mjs';

const provider = startTracing();

const model = new MockLanguageModelV2({
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
      finishReason: turn.finish,
      usage: {
        inputTokens: turn.input,
        outputTokens: turn.output,
        totalTokens: turn.input + turn.output,
        cachedInputTokens: turn.cached,
      },
      response: { id: turn.id, modelId: turn.model, timestamp: turn.timestamp },
      warnings: [],
    };
  },
});

await generateText({
  model,
  system: SYSTEM,
  prompt: QUESTION,
  stopWhen: stepCountIs(5),
  tools: Object.fromEntries(
    TOOLS.map(({ name, description, parameters, run }) => [
      name,
      aiTool({ description, inputSchema: jsonSchema(parameters), execute: run }),
    ]),
  ),
  experimental_telemetry: {
    isEnabled: true,
    functionId: AGENT,
    metadata: {
      sessionId: SESSION,
      userId: USER,
      agentVersion: AGENT_VERSION,
      promptName: PROMPT,
      promptVersion: PROMPT_VERSION,
    },
  },
});
await provider.shutdown();
