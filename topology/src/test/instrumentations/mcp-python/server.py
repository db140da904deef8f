"""The tools as an MCP server over standard input and output. The MCP SDK sets spans of its own."""

from mcp.server.mcpserver import MCPServer

import tools
from telemetry import start_tracing

start_tracing(simple=True)
server = MCPServer("orders")
server.tool()(tools.lookup_order)
server.tool()(tools.refund_order)
server.run("stdio")
