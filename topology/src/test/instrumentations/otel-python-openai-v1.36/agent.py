from openai import OpenAI
from opentelemetry import _events, trace
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._events import EventLoggerProvider

from loop import run_openai
from telemetry import start_logging, start_tracing
from tools import AGENT

provider = start_tracing()
logs = start_logging()
_events.set_event_logger_provider(EventLoggerProvider(logs))
OpenAIInstrumentor().instrument()

with trace.get_tracer(AGENT).start_as_current_span("POST /chat"):
    run_openai(OpenAI())

# Logs are flushed before the spans that they belong to.
logs.shutdown()
provider.shutdown()
