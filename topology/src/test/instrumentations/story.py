"""The model of the recorded run: a deterministic stand-in for the endpoints of OpenAI and Anthropic.

The run is always the same. A user asks for a refund; the model asks for `lookup_order`, then for
`refund_order`, which the agent's tool refuses with an error, then it answers. How far the run has
come is read off the request: it is the number of tool results in it.
"""

import json

MODEL = "gpt-4o-mini"
RESPONSE_MODEL = "gpt-4o-mini-2024-07-18"
ANTHROPIC_MODEL = "claude-sonnet-4-5"
ANTHROPIC_RESPONSE_MODEL = "claude-sonnet-4-5-20250929"

ANSWER = "I could not refund order A-1042: its refund window is closed."

# Per turn: what the model says, the tool it asks for, and the usage it reports. Input tokens
# include the cached ones, as OpenAI counts them; Anthropic's are derived.
TURNS = [
    {
        "text": "Let me look up the order first.",
        "call": ("call_lookup_1", "lookup_order", {"order_id": "A-1042"}),
        "input": 412,
        "cached": 0,
        "output": 31,
    },
    {
        "text": "The order was delivered, so I will try to refund it.",
        "call": ("call_refund_2", "refund_order", {"order_id": "A-1042", "amount": 59.9}),
        "input": 498,
        "cached": 256,
        "output": 38,
    },
    {"text": ANSWER, "call": None, "input": 571, "cached": 384, "output": 44},
]


def answer(path, request):
    """The answer to a model request, as a body or as a list of server-sent events."""
    if path.endswith("/chat/completions"):
        return chat_completion(request)
    if path.endswith("/responses"):
        return response(request)
    if path.endswith("/messages"):
        return anthropic_message(request)
    return None


def turn_of(results):
    return min(results, len(TURNS) - 1)


def final_answer_tool(names):
    """Some frameworks answer by a tool of their own."""
    return "final_answer" if "final_answer" in names else None


def is_tool_result(message):
    """Some frameworks tell a tool's result as text of the user."""
    if message["role"] == "user":
        return "Observation:" in str(message["content"]) or "Error:" in str(message["content"])
    return message["role"] == "tool"


def chat_completion(request):
    messages = request["messages"]
    results = sum(1 for message in messages if is_tool_result(message))
    index = turn_of(results)
    turn = TURNS[index]
    message = {"role": "assistant", "content": turn["text"], "refusal": None}
    names = [tool["function"]["name"] for tool in request.get("tools") or []]
    call = turn["call"]
    if call is None and final_answer_tool(names):
        call = ("call_answer_3", "final_answer", {"answer": ANSWER})
    if call:
        message["tool_calls"] = [
            {
                "id": call[0],
                "type": "function",
                "function": {"name": call[1], "arguments": json.dumps(call[2])},
            }
        ]
    finish = "tool_calls" if call else "stop"
    head = {
        "id": f"chatcmpl-recorded-{index + 1}",
        "created": 1767225600 + index,
        "model": RESPONSE_MODEL,
        "system_fingerprint": "fp_recorded",
    }
    usage = {
        "prompt_tokens": turn["input"],
        "completion_tokens": turn["output"],
        "total_tokens": turn["input"] + turn["output"],
        "prompt_tokens_details": {"cached_tokens": turn["cached"], "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
    if not request.get("stream"):
        return {
            **head,
            "object": "chat.completion",
            "choices": [
                {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
            ],
            "usage": usage,
        }
    deltas = [{"role": "assistant", "content": ""}, {"content": turn["text"]}]
    for position, tool_call in enumerate(message.get("tool_calls", [])):
        deltas.append({"tool_calls": [{"index": position, **tool_call}]})
    chunks = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    chunks.append({"choices": [], "usage": usage})
    events = [
        "data: " + json.dumps({**head, "object": "chat.completion.chunk", **chunk})
        for chunk in chunks
    ]
    return events + ["data: [DONE]"]


def response(request):
    items = request["input"] if isinstance(request["input"], list) else []
    results = sum(1 for item in items if item.get("type") == "function_call_output")
    index = turn_of(results)
    turn = TURNS[index]
    output = [
        {
            "type": "message",
            "id": f"msg_recorded_{index + 1}",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": turn["text"], "annotations": []}],
        }
    ]
    if turn["call"]:
        call_id, name, arguments = turn["call"]
        output.append(
            {
                "type": "function_call",
                "id": f"fc_recorded_{index + 1}",
                "call_id": call_id,
                "name": name,
                "arguments": json.dumps(arguments),
                "status": "completed",
            }
        )
    body = {
        "id": f"resp_recorded_{index + 1}",
        "object": "response",
        "created_at": 1767225600 + index,
        "status": "completed",
        "model": RESPONSE_MODEL,
        "output": output,
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": request.get("tools", []),
        "error": None,
        "incomplete_details": None,
        "instructions": request.get("instructions"),
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "usage": {
            "input_tokens": turn["input"],
            "input_tokens_details": {"cached_tokens": turn["cached"], "cache_write_tokens": 0},
            "output_tokens": turn["output"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": turn["input"] + turn["output"],
        },
    }
    return body


def anthropic_message(request):
    blocks = [
        block
        for message in request["messages"]
        if isinstance(message["content"], list)
        for block in message["content"]
    ]
    index = turn_of(sum(1 for block in blocks if block.get("type") == "tool_result"))
    turn = TURNS[index]
    content = [{"type": "text", "text": turn["text"]}]
    if turn["call"]:
        call_id, name, arguments = turn["call"]
        content.append({"type": "tool_use", "id": call_id, "name": name, "input": arguments})
    return {
        "id": f"msg_recorded_{index + 1}",
        "type": "message",
        "role": "assistant",
        "model": ANTHROPIC_RESPONSE_MODEL,
        "content": content,
        "stop_reason": "tool_use" if turn["call"] else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": turn["input"] - turn["cached"],
            "cache_read_input_tokens": turn["cached"],
            "cache_creation_input_tokens": 0,
            "output_tokens": turn["output"],
        },
    }
