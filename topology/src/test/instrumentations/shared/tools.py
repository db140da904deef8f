"""The agent's two tools and what they answer."""

import json

SYSTEM = "You are the order agent. Look up an order before you refund it."
QUESTION = "Please refund my order A-1042."

AGENT = "order-agent"
AGENT_VERSION = "2.4.1"
SESSION = "session-7f3a"
USER = "user-42"
PROMPT = "order-policy"
PROMPT_VERSION = "v17"


class RefundWindowClosed(Exception):
    pass


def lookup_order(order_id: str) -> str:
    """Looks up an order by its number."""
    return json.dumps({"order_id": order_id, "status": "delivered", "total": 59.9})


def refund_order(order_id: str, amount: float) -> str:
    """Refunds an order."""
    raise RefundWindowClosed(f"refund window of order {order_id} is closed")


TOOLS = {"lookup_order": lookup_order, "refund_order": refund_order}

PARAMETERS = {
    "lookup_order": {
        "type": "object",
        "properties": {"order_id": {"type": "string"}},
        "required": ["order_id"],
    },
    "refund_order": {
        "type": "object",
        "properties": {"order_id": {"type": "string"}, "amount": {"type": "number"}},
        "required": ["order_id", "amount"],
    },
}

OPENAI_TOOLS = [
    {
        "type": "function",
        "function": {"name": name, "description": tool.__doc__, "parameters": PARAMETERS[name]},
    }
    for name, tool in TOOLS.items()
]

ANTHROPIC_TOOLS = [
    {"name": name, "description": tool.__doc__, "input_schema": PARAMETERS[name]}
    for name, tool in TOOLS.items()
]
