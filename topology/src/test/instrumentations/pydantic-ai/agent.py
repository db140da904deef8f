from pydantic_ai import Agent, ModelRetry
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.openai import OpenAIChatModel

import tools
from telemetry import start_tracing
from tools import AGENT, QUESTION, SESSION, SYSTEM

provider = start_tracing()
agent = Agent(
    OpenAIChatModel("gpt-4o-mini"),
    name=AGENT,
    instructions=SYSTEM,
)
Agent.instrument_all(InstrumentationSettings(tracer_provider=provider))


@agent.tool_plain
def lookup_order(order_id: str) -> str:
    """Looks up an order by its number."""
    return tools.lookup_order(order_id)


# An error is told to the model by asking it to try again.
@agent.tool_plain
def refund_order(order_id: str, amount: float) -> str:
    """Refunds an order."""
    try:
        return tools.refund_order(order_id, amount)
    except tools.RefundWindowClosed as error:
        raise ModelRetry(str(error)) from error


agent.run_sync(QUESTION, conversation_id=SESSION)
provider.shutdown()
