"""An agent on the protocol's own library, which does what its argument says."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

import acp
from acp import helpers, schema


class Acting:
    """Answers a client; `way` says how its turn goes."""

    def __init__(self, way: str) -> None:
        self.way, self.given = way, dict[str, Any]()

    def on_connect(self, conn: Any) -> None:
        self.client = conn

    async def initialize(self, **_: Any) -> schema.InitializeResponse:
        return schema.InitializeResponse(protocol_version=acp.PROTOCOL_VERSION)

    async def authenticate(self, method_id: str, **_: Any) -> schema.AuthenticateResponse:
        self.given["auth"] = method_id
        return schema.AuthenticateResponse()

    async def new_session(self, cwd: str, mcp_servers: Any = None, **_: Any) -> schema.NewSessionResponse:
        if self.way == "login":
            raise acp.RequestError.auth_required({"methods": ["key"]})
        servers = [s.model_dump(mode="json", exclude_none=True) for s in mcp_servers or ()]
        self.given |= {"cwd": cwd, "servers": servers, "env": os.environ.get("HOUSE_KEY")}
        return schema.NewSessionResponse(session_id="s")

    async def set_session_mode(self, mode_id: str, **_: Any) -> schema.SetSessionModeResponse:
        self.given["mode"] = mode_id
        return schema.SetSessionModeResponse()

    async def prompt(self, prompt: list[Any], session_id: str, **_: Any) -> schema.PromptResponse:
        self.given["prompt"] = prompt[0].text
        await self._tell(helpers.update_agent_thought_text("I think"))
        await self._tell(helpers.update_agent_message_text(json.dumps(self.given)))
        if self.way == "dies":
            os._exit(3)
        if self.way == "fails":
            raise acp.RequestError(-32603, "the endpoint said 401", {"status": 401})
        await self._tell(helpers.start_tool_call("1", "ls", status="pending", raw_input={"command": "ls -a"}))
        options = [
            schema.PermissionOption(kind=kind, name=kind, option_id=kind)
            for kind in ("reject_once", "allow_once")
        ]
        call = schema.ToolCallUpdate(tool_call_id="1")
        asked = await self.client.request_permission(session_id="s", tool_call=call, options=options)
        output = helpers.tool_content(helpers.text_block(f"{asked.outcome.option_id} {'x' * 200_000}"))
        await self._tell(helpers.update_tool_call("1", status="completed", content=[output]))
        for piece in ("all ", "is ", "done"):
            await self._tell(helpers.update_agent_message_text(piece))
        await self._tell(helpers.start_tool_call("2", "sleeps", status="in_progress"))
        return schema.PromptResponse(stop_reason="max_tokens" if self.way == "cut" else "end_turn")

    async def _tell(self, update: Any) -> None:
        await self.client.session_update(session_id="s", update=update)


if __name__ == "__main__":
    asyncio.run(acp.run_agent(Acting(sys.argv[1])))  # type: ignore[arg-type]  # what is not asked of it is not there
