// No instrumentation at all: spans by hand on the plain SDK, with the newest GenAI attributes and
// what they have no word for under recount.*.

import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import OpenAI from 'openai';

import { runOpenAi } from './loop.mjs';
import { startTracing } from './telemetry.mjs';
import {
  AGENT, AGENT_VERSION, OPENAI_TOOLS, PROMPT, PROMPT_VERSION, SESSION, USER, tool,
} from './tools.mjs';

const provider = startTracing({ simple: true });
const tracer = trace.getTracer(AGENT, AGENT_VERSION);

const parts = ({ role, content, tool_calls: calls = [], tool_call_id: id }) => ({
  role,
  parts: id
    ? [{ type: 'tool_call_response', id, response: content }]
    : [
        { type: 'text', content },
        ...calls.map((call) => ({
          type: 'tool_call',
          id: call.id,
          name: call.function.name,
          arguments: JSON.parse(call.function.arguments),
        })),
      ],
});

const inSpan = (name, options, work) =>
  tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error);
      span.setAttribute('error.type', error.name);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });

const model = new OpenAI();
const client = {
  chat: {
    completions: {
      create: (request) =>
        inSpan(`chat ${request.model}`, { kind: SpanKind.CLIENT }, async (span) => {
          const completion = await model.chat.completions.create(request);
          const [{ message, finish_reason: finish }] = completion.choices;
          span.setAttributes({
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': request.model,
            'gen_ai.response.model': completion.model,
            'gen_ai.response.id': completion.id,
            'gen_ai.response.finish_reasons': [finish],
            'gen_ai.usage.input_tokens': completion.usage.prompt_tokens,
            'gen_ai.usage.output_tokens': completion.usage.completion_tokens,
            'gen_ai.usage.cache_read.input_tokens':
              completion.usage.prompt_tokens_details.cached_tokens,
            'gen_ai.input.messages': JSON.stringify(request.messages.map(parts)),
            'gen_ai.output.messages': JSON.stringify([parts(message)]),
            'gen_ai.tool.definitions': JSON.stringify(OPENAI_TOOLS),
            'gen_ai.prompt.name': PROMPT,
            'gen_ai.prompt.version': PROMPT_VERSION,
          });
          return completion;
        }),
    },
  },
};

const callTool = (name, args, id) =>
  inSpan(`execute_tool ${name}`, {}, async (span) => {
    span.setAttributes({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': id,
      'gen_ai.tool.call.arguments': JSON.stringify(args),
      'recount.decision.considered': JSON.stringify([
        { name, score: 0.9 },
        { name: 'escalate', score: 0.1, rejected_because: 'no need for a person yet' },
      ]),
      'recount.decision.confidence': 0.9,
      'recount.decision.constraints': ['refunds within 30 days'],
      'recount.decision.expected_outcome': `${name} succeeds`,
      'recount.tool_schema.version': 'orders-3',
    });
    const result = await tool(name).run(args);
    span.setAttribute('gen_ai.tool.call.result', result);
    return result;
  });

const attributes = {
  'gen_ai.operation.name': 'invoke_agent',
  'gen_ai.agent.name': AGENT,
  'gen_ai.agent.version': AGENT_VERSION,
  'gen_ai.conversation.id': SESSION,
  'user.id': USER,
  'recount.memory_index.version': 'none',
  'recount.framework.name': 'by-hand',
};
await inSpan(`invoke_agent ${AGENT}`, { attributes }, () => runOpenAi(client, callTool));
await provider.shutdown();
