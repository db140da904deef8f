"""One tool call is seen three times: by the agent's GenAI tool span, and by the MCP spans of the
client and of the server. The GenAI tool span is set by hand on the plain SDK, as agent frameworks
do it, and carries the call ID; the MCP spans are the MCP SDK's own."""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from openai import OpenAI
from opentelemetry import trace
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.trace import Status, StatusCode

from telemetry import start_tracing
from tools import AGENT, AGENT_VERSION, OPENAI_TOOLS, QUESTION, SESSION, SYSTEM

provider = start_tracing()
OpenAIInstrumentor().instrument()
tracer = trace.get_tracer(AGENT)


async def call_tool(session, call):
    name, arguments = call.function.name, json.loads(call.function.arguments)
    with tracer.start_as_current_span(f"execute_tool {name}") as span:
        span.set_attributes(
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": name,
                "gen_ai.tool.type": "extension",
                "gen_ai.tool.call.id": call.id,
                "gen_ai.tool.call.arguments": json.dumps(arguments),
            }
        )
        result = await session.call_tool(name, arguments)
        text = result.content[0].text
        span.set_attribute("gen_ai.tool.call.result", text)
        if result.is_error:
            span.set_status(Status(StatusCode.ERROR, text))
            span.set_attribute("error.type", "tool_error")
        return text


async def run():
    client = OpenAI()
    server = StdioServerParameters(
        command=sys.executable, args=["server.py"], env={**os.environ, "OTEL_SERVICE_NAME": "orders"}
    )
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        with tracer.start_as_current_span(f"invoke_agent {AGENT}") as span:
            await session.initialize()
            span.set_attributes(
                {
                    "gen_ai.operation.name": "invoke_agent",
                    "gen_ai.agent.name": AGENT,
                    "gen_ai.agent.version": AGENT_VERSION,
                    "gen_ai.conversation.id": SESSION,
                }
            )
            messages = [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": QUESTION},
            ]
            while True:
                completion = client.chat.completions.create(
                    model="gpt-4o-mini", messages=list(messages), tools=OPENAI_TOOLS
                )
                message = completion.choices[0].message
                messages.append(message.model_dump(exclude_none=True))
                if not message.tool_calls:
                    return
                for call in message.tool_calls:
                    text = await call_tool(session, call)
                    messages.append({"role": "tool", "tool_call_id": call.id, "content": text})


asyncio.run(run())
provider.shutdown()
