from anthropic import Anthropic
from opentelemetry import trace
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

from loop import run_anthropic
from telemetry import start_tracing
from tools import AGENT

# Each span is sent as it ends: the root comes last, in a request of its own.
provider = start_tracing(simple=True)
AnthropicInstrumentor().instrument()

with trace.get_tracer(AGENT).start_as_current_span("POST /chat"):
    run_anthropic(Anthropic())
provider.shutdown()
