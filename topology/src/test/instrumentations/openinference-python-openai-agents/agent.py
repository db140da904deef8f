from openinference.instrumentation import using_session, using_user
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

from openai_agents import run_openai_agents
from telemetry import start_tracing
from tools import SESSION, USER

provider = start_tracing(simple=True)
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
with using_session(SESSION), using_user(USER):
    run_openai_agents()
provider.shutdown()
