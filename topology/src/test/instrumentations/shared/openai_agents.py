"""The agent as the OpenAI Agents SDK runs it, on the Responses API."""

from agents import Agent, Runner, function_tool, set_trace_processors

from tools import AGENT, QUESTION, SYSTEM, lookup_order, refund_order

# The SDK's own exporter sends to OpenAI: out with it, before an instrumentation adds its own.
set_trace_processors([])


def run_openai_agents(**options):
    agent = Agent(
        name=AGENT,
        instructions=SYSTEM,
        model="gpt-4o-mini",
        tools=[function_tool(lookup_order), function_tool(refund_order)],
    )
    return Runner.run_sync(agent, QUESTION, **options)
