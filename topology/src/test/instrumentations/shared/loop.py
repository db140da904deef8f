"""The agent as an application writes it on a plain client: ask, call the tool, ask again."""

import json

from tools import ANTHROPIC_TOOLS, OPENAI_TOOLS, QUESTION, SYSTEM, TOOLS


def plain_call(name, arguments, call_id):
    return TOOLS[name](**arguments)


def call(call_tool, name, arguments, call_id):
    try:
        return call_tool(name, arguments, call_id), False
    except Exception as error:
        return f"Error: {error}", True


def run_openai(client, call_tool=plain_call):
    """call_tool runs a tool: a wrapper may put a span around it."""
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]
    while True:
        completion = client.chat.completions.create(
            model="gpt-4o-mini", messages=list(messages), tools=OPENAI_TOOLS
        )
        message = completion.choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        for asked in message.tool_calls:
            arguments = json.loads(asked.function.arguments)
            text, _ = call(call_tool, asked.function.name, arguments, asked.id)
            messages.append({"role": "tool", "tool_call_id": asked.id, "content": text})


def run_anthropic(client, call_tool=plain_call):
    messages = [{"role": "user", "content": QUESTION}]
    while True:
        message = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=1024,
            system=SYSTEM,
            messages=list(messages),
            tools=ANTHROPIC_TOOLS,
        )
        messages.append(
            {"role": "assistant", "content": [b.model_dump(exclude_none=True) for b in message.content]}
        )
        asked = [block for block in message.content if block.type == "tool_use"]
        if not asked:
            return message.content[0].text
        results = []
        for block in asked:
            text, failed = call(call_tool, block.name, block.input, block.id)
            results.append(
                {
                    "type": "tool_result",
                    "tool_use_id": block.id,
                    "content": text,
                    "is_error": failed,
                }
            )
        messages.append({"role": "user", "content": results})
