#!/usr/bin/env python3
"""Drives `kubectl healthcheck mcp` with the official client for Python.

    python3 -m venv /tmp/mcp && /tmp/mcp/bin/pip install mcp
    /tmp/mcp/bin/python tests/mcp/client.py target/release/kubectl-healthcheck -f examples/pigo.json

It begins a session in both ways that the client knows, lists the tools, calls each of them, and reads an error. It prints the
answers, and ends with 1 if one is missing.
"""

import asyncio
import re
import sys

from mcp import Client, StdioServerParameters


async def session(server, mode):
    progress = []

    async def told(done, total, message):
        progress.append((done, message))

    async with Client(server, mode=mode) as client:
        print(f"== {mode}: protocol {client.protocol_version}, {client.server_info.name} {client.server_info.version}")
        names = [tool.name for tool in (await client.list_tools()).tools]
        print("tools:", ", ".join(names))
        check = await client.call_tool("check", {"severity": "low"}, progress_callback=told)
        assert not check.is_error, check
        text = check.content[0].text
        print(text)
        assert progress, "no progress"
        keys = re.findall(r"«([^ »]+/[^ »]*/[^ »]+/[^ »]+)»", text)
        calls = [("coverage", {}), ("explain", {"topic": "CrashLoopBackOff"})]
        calls += [("investigate", {"object": key}) for key in keys[:1]]
        for name, arguments in calls:
            result = await client.call_tool(name, arguments)
            assert not result.is_error, result
            print(f"-- {name} {arguments}\n{result.content[0].text}")
        wrong = await client.call_tool("investigate", {"object": "pod/none-of-this-name"})
        assert wrong.is_error and "Next: " in wrong.content[0].text, wrong
        print(f"-- an error\n{wrong.content[0].text}")


async def main():
    command, *arguments = sys.argv[1:]
    server = StdioServerParameters(command=command, args=["mcp", *arguments])
    for mode in ("legacy", "auto"):
        await session(server, mode)


asyncio.run(main())
