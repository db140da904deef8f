import { initializeOTEL } from 'langsmith/experimental/otel/setup';
import { traceable } from 'langsmith/traceable';
import { wrapOpenAI } from 'langsmith/wrappers';
import OpenAI from 'openai';

import { runOpenAi } from './loop.mjs';
import { AGENT, AGENT_VERSION, SESSION, USER, tool } from './tools.mjs';

const { DEFAULT_LANGSMITH_SPAN_PROCESSOR } = initializeOTEL();

const callTool = (name, args) =>
  traceable((input) => tool(name).run(input), { name, run_type: 'tool' })(args);

const agent = traceable(() => runOpenAi(wrapOpenAI(new OpenAI()), callTool), {
  name: AGENT,
  run_type: 'chain',
  metadata: { session_id: SESSION, user_id: USER, agent_version: AGENT_VERSION },
});
await agent();
await DEFAULT_LANGSMITH_SPAN_PROCESSOR.shutdown();
