// The agent's two tools and what they answer.

export const SYSTEM = 'You are the order agent. Look up an order before you refund it.';
export const QUESTION = 'Please refund my order A-1042.';

export const AGENT = 'order-agent';
export const AGENT_VERSION = '2.4.1';
export const SESSION = 'session-7f3a';
export const USER = 'user-42';
export const PROMPT = 'order-policy';
export const PROMPT_VERSION = 'v17';

class RefundWindowClosed extends Error {
  name = 'RefundWindowClosed';
}

const string = { type: 'string' };
const number = { type: 'number' };

/** Name, description, schema and body of each tool. */
export const TOOLS = [
  {
    name: 'lookup_order',
    description: 'Looks up an order by its number.',
    parameters: { type: 'object', properties: { order_id: string }, required: ['order_id'] },
    run: async ({ order_id }) => JSON.stringify({ order_id, status: 'delivered', total: 59.9 }),
  },
  {
    name: 'refund_order',
    description: 'Refunds an order.',
    parameters: {
      type: 'object',
      properties: { order_id: string, amount: number },
      required: ['order_id', 'amount'],
    },
    run: async ({ order_id }) => {
      throw new RefundWindowClosed(`refund window of order ${order_id} is closed`);
    },
  },
];

export const OPENAI_TOOLS = TOOLS.map(({ name, description, parameters }) => ({
  type: 'function',
  function: { name, description, parameters },
}));

export const ANTHROPIC_TOOLS = TOOLS.map(({ name, description, parameters }) => ({
  name,
  description,
  input_schema: parameters,
}));

export const tool = (name) => TOOLS.find((candidate) => candidate.name === name);
