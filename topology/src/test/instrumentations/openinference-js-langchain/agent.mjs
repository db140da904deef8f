import * as callbackManagerModule from '@langchain/core/callbacks/manager';
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';

import { runLangChain } from './langchain.mjs';
import { startTracing } from './telemetry.mjs';
import { SESSION, USER } from './tools.mjs';

const provider = startTracing();
const instrumentation = new LangChainInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(callbackManagerModule);

// The session is known only as metadata of the run.
await runLangChain({ metadata: { session_id: SESSION, user_id: USER } });
await provider.shutdown();
