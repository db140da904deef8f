from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

from loop import run_openai
from telemetry import start_tracing

provider = start_tracing(simple=True)
OpenAIInstrumentor().instrument()
run_openai(OpenAI())
provider.shutdown()
