from anthropic import Anthropic
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import agent, tool, workflow

from loop import run_anthropic
from tools import AGENT, SESSION, TOOLS, USER

# Without batching each span is sent as it ends: the root comes last, in a request of its own.
Traceloop.init(
    app_name=AGENT,
    exporter=OTLPSpanExporter(),
    disable_batch=True,
    telemetry_enabled=False,
    traceloop_sync_enabled=False,
)
Traceloop.set_association_properties({"session_id": SESSION, "user_id": USER})


def call_tool(name, arguments, call_id):
    return tool(name=name)(TOOLS[name])(**arguments)


@agent(name=AGENT)
def answer():
    return run_anthropic(Anthropic(), call_tool)


@workflow(name="refund")
def refund():
    return answer()


refund()
