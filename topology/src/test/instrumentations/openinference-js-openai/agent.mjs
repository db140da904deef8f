import { context } from '@opentelemetry/api';
import { setSession, setUser } from '@arizeai/openinference-core';
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import OpenAI from 'openai';

import { runOpenAi } from './loop.mjs';
import { startTracing } from './telemetry.mjs';
import { SESSION, USER } from './tools.mjs';

const provider = startTracing();
const instrumentation = new OpenAIInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(OpenAI);

const identity = setUser(setSession(context.active(), { sessionId: SESSION }), { userId: USER });
await context.with(identity, () => runOpenAi(new OpenAI()));
await provider.shutdown();
