from openai import OpenAI
from opentelemetry import trace
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

from loop import run_openai
from telemetry import start_logging, start_tracing
from tools import AGENT

provider = start_tracing()
logs = start_logging()
OpenAIInstrumentor().instrument()

with trace.get_tracer(AGENT).start_as_current_span("POST /chat"):
    run_openai(OpenAI())
provider.shutdown()
logs.shutdown()
