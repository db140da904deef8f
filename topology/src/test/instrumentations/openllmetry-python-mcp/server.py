"""The tools as an MCP server over standard input and output."""

from mcp.server.fastmcp import FastMCP
from opentelemetry.instrumentation.mcp import McpInstrumentor

import tools
from telemetry import start_tracing

start_tracing(simple=True)
McpInstrumentor().instrument()
server = FastMCP("orders")
server.tool()(tools.lookup_order)
server.tool()(tools.refund_order)
server.run("stdio")
