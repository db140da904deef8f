// What the stand-in model answers after so many tool results, for SDKs that bring their own mock
// model instead of a client.

export async function answer(results) {
  const response = await fetch(`${process.env.MOCK_URL}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ messages: Array(results).fill({ role: 'tool' }) }),
  });
  const { id, model, created, choices, usage } = await response.json();
  const [{ message, finish_reason: finish }] = choices;
  return {
    id,
    model,
    timestamp: new Date(created * 1000),
    text: message.content,
    finish: finish === 'stop' ? 'stop' : 'tool-calls',
    toolCalls: message.tool_calls ?? [],
    input: usage.prompt_tokens,
    cached: usage.prompt_tokens_details.cached_tokens,
    output: usage.completion_tokens,
  };
}
