"""The agent as a LangChain runnable: a loop of a model with tools and the tools that it asks for."""

from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from tools import AGENT, QUESTION, SYSTEM, lookup_order, refund_order


def run_langchain(config=None):
    tools = {each.name: each for each in (tool(lookup_order), tool(refund_order))}
    model = ChatOpenAI(model="gpt-4o-mini").bind_tools(list(tools.values()))

    def answer(question):
        messages = [SystemMessage(SYSTEM), HumanMessage(question)]
        while True:
            message = model.invoke(list(messages))
            messages.append(message)
            if not message.tool_calls:
                return message.content
            for call in message.tool_calls:
                try:
                    messages.append(tools[call["name"]].invoke(call))
                except Exception as error:
                    text = f"Error: {error}"
                    messages.append(ToolMessage(text, tool_call_id=call["id"], status="error"))

    return RunnableLambda(answer, name=AGENT).invoke(QUESTION, config)
