import strands
from strands import Agent
from strands.models.openai import OpenAIModel
from strands.telemetry import StrandsTelemetry

import tools
from tools import AGENT, QUESTION, SESSION, SYSTEM, USER

telemetry = StrandsTelemetry()
telemetry.setup_otlp_exporter()


@strands.tool
def lookup_order(order_id: str) -> str:
    """Looks up an order by its number."""
    return tools.lookup_order(order_id)


@strands.tool
def refund_order(order_id: str, amount: float) -> str:
    """Refunds an order."""
    return tools.refund_order(order_id, amount)


agent = Agent(
    name=AGENT,
    model=OpenAIModel(model_id="gpt-4o-mini"),
    system_prompt=SYSTEM,
    tools=[lookup_order, refund_order],
    callback_handler=None,
    trace_attributes={"session.id": SESSION, "user.id": USER},
)
agent(QUESTION)
telemetry.tracer_provider.shutdown()
