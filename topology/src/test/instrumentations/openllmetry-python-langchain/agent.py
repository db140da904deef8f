from opentelemetry.instrumentation.langchain import LangchainInstrumentor

from langchain_agent import run_langchain
from telemetry import start_tracing
from tools import SESSION, USER

provider = start_tracing()
LangchainInstrumentor().instrument()
run_langchain({"metadata": {"session_id": SESSION, "user_id": USER}})
provider.shutdown()
