from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor

from openai_agents import run_openai_agents
from telemetry import start_tracing

provider = start_tracing()
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
run_openai_agents()
provider.shutdown()
