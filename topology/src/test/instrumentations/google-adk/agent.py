import asyncio

from google.adk.agents import LlmAgent
from google.adk.models.lite_llm import LiteLlm
from google.adk.runners import InMemoryRunner
from google.genai import types

from telemetry import start_tracing
from tools import AGENT, QUESTION, SESSION, SYSTEM, USER, lookup_order, refund_order

provider = start_tracing()


async def error_to_model(tool, args, tool_context, error):
    return {"error": str(error)}


agent = LlmAgent(
    name=AGENT.replace("-", "_"),
    model=LiteLlm(model="openai/gpt-4o-mini"),
    instruction=SYSTEM,
    tools=[lookup_order, refund_order],
    on_tool_error_callback=error_to_model,
)


async def run():
    runner = InMemoryRunner(agent, app_name="orders")
    await runner.session_service.create_session(
        app_name="orders", user_id=USER, session_id=SESSION
    )
    question = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    async for _ in runner.run_async(user_id=USER, session_id=SESSION, new_message=question):
        pass


asyncio.run(run())
provider.shutdown()
