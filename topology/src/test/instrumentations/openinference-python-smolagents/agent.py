import os

from openinference.instrumentation import using_session
from openinference.instrumentation.smolagents import SmolagentsInstrumentor
from smolagents import OpenAIServerModel, ToolCallingAgent, tool

from telemetry import start_tracing
from tools import AGENT, QUESTION, SESSION, SYSTEM
import tools

provider = start_tracing()
SmolagentsInstrumentor().instrument(tracer_provider=provider)


@tool
def lookup_order(order_id: str) -> str:
    """Looks up an order by its number.

    Args:
        order_id: the number of the order
    """
    return tools.lookup_order(order_id)


@tool
def refund_order(order_id: str, amount: float) -> str:
    """Refunds an order.

    Args:
        order_id: the number of the order
        amount: how much to refund
    """
    return tools.refund_order(order_id, amount)


model = OpenAIServerModel(
    model_id="gpt-4o-mini", api_base=os.environ["OPENAI_BASE_URL"], api_key="none"
)
agent = ToolCallingAgent(
    tools=[lookup_order, refund_order], model=model, name=AGENT.replace("-", "_"), instructions=SYSTEM
)
with using_session(SESSION):
    agent.run(QUESTION)
provider.shutdown()
