from openai import OpenAI
from opentelemetry import _events
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._events import EventLoggerProvider

from loop import run_openai
from telemetry import start_logging, start_tracing

provider = start_tracing()
logs = start_logging()
_events.set_event_logger_provider(EventLoggerProvider(logs))
OpenAIInstrumentor().instrument()

# No span of the application's own: each model call is a trace.
run_openai(OpenAI())

# Logs are flushed before the spans that they belong to.
logs.shutdown()
provider.shutdown()
