// The agent as an application writes it on a plain client: ask, call the tool, ask again.

import { ANTHROPIC_TOOLS, OPENAI_TOOLS, QUESTION, SYSTEM, tool } from './tools.mjs';

const call = async (callTool, name, args, id) => {
  try {
    return { text: await callTool(name, args, id), failed: false };
  } catch (error) {
    return { text: `Error: ${error.message}`, failed: true };
  }
};

/** @param callTool runs a tool: a wrapper may put a span around it */
export async function runOpenAi(client, callTool = (name, args) => tool(name).run(args)) {
  const messages = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: QUESTION },
  ];
  for (;;) {
    const completion = await client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [...messages],
      tools: OPENAI_TOOLS,
    });
    const { message } = completion.choices[0];
    messages.push(message);
    if (!message.tool_calls) return message.content;
    for (const { id, function: asked } of message.tool_calls) {
      const result = await call(callTool, asked.name, JSON.parse(asked.arguments), id);
      messages.push({ role: 'tool', tool_call_id: id, content: result.text });
    }
  }
}

export async function runAnthropic(client, callTool = (name, args) => tool(name).run(args)) {
  const messages = [{ role: 'user', content: QUESTION }];
  for (;;) {
    const message = await client.messages.create({
      model: 'claude-sonnet-4-5',
      max_tokens: 1024,
      system: SYSTEM,
      messages: [...messages],
      tools: ANTHROPIC_TOOLS,
    });
    messages.push({ role: 'assistant', content: message.content });
    const asked = message.content.filter((block) => block.type === 'tool_use');
    if (asked.length === 0) return message.content[0].text;
    const content = [];
    for (const { id, name, input } of asked) {
      const result = await call(callTool, name, input, id);
      content.push({
        type: 'tool_result',
        tool_use_id: id,
        content: result.text,
        is_error: result.failed,
      });
    }
    messages.push({ role: 'user', content });
  }
}
