// The agent as LangChain runs it: a graph of a model node and a tool node.

import { ToolMessage } from '@langchain/core/messages';
import { tool as langChainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, createMiddleware } from 'langchain';

import { AGENT, QUESTION, SYSTEM, TOOLS } from './tools.mjs';

// A tool's error goes back to the model, as the documentation advises.
const errorsToModel = createMiddleware({
  name: 'ErrorsToModel',
  wrapToolCall: async (request, handler) => {
    try {
      return await handler(request);
    } catch (error) {
      return new ToolMessage({
        content: `Error: ${error.message}`,
        tool_call_id: request.toolCall.id,
        name: request.toolCall.name,
        status: 'error',
      });
    }
  },
});

export async function runLangChain(config = {}) {
  const agent = createAgent({
    name: AGENT,
    model: new ChatOpenAI({ model: 'gpt-4o-mini' }),
    systemPrompt: SYSTEM,
    middleware: [errorsToModel],
    tools: TOOLS.map(({ name, description, parameters, run }) =>
      langChainTool(run, { name, description, schema: parameters }),
    ),
  });
  await agent.invoke({ messages: [{ role: 'user', content: QUESTION }] }, config);
}
