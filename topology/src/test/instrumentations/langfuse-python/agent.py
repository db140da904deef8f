from langfuse import get_client, propagate_attributes
from langfuse.langchain import CallbackHandler

from langchain_agent import run_langchain
from tools import AGENT, SESSION, USER

langfuse = get_client()
with propagate_attributes(session_id=SESSION, user_id=USER, version="2.4.1"):
    run_langchain({"callbacks": [CallbackHandler()], "run_name": AGENT})
langfuse.shutdown()
