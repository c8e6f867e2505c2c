"""The HTTP shells around the core: what a flood next door and a curious reader cost the terminals."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from sync.gateway.app import public_app, staff_app, terminals_app
from sync.protocol.exchange import Response


async def asked(app, method, path, **words):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.example") as client:
        return await client.request(method, path, **words)


@pytest.mark.parametrize("listener", [staff_app, public_app])
def test_people_who_wait_for_a_slow_answer_take_no_terminals_turn(listener):
    answered = threading.Event()
    in_time = []

    def slow(request):
        in_time.append(answered.wait(10))
        return Response(200)

    def quick(request):
        answered.set()
        return Response(204)

    async def flood():
        people, terminals = listener(slow), terminals_app(quick, {})
        waiting = [asyncio.create_task(asked(people, "GET", "/")) for _ in range(60)]
        while len(in_time) + people.state.in_progress < 60:
            await asyncio.sleep(0)
        answer = await asked(terminals, "GET", "/v1/time")
        await asyncio.gather(*waiting)
        return answer

    assert asyncio.run(flood()).status_code == 204
    assert in_time == [True] * 60


@pytest.mark.parametrize(
    "app", [terminals_app(lambda request: Response(204), {}), public_app(lambda request: Response(204))]
)
def test_the_description_is_made_once_whoever_reads_it_how_often(app):
    first, again = (app.openapi()["components"]["schemas"]["Problem"] for _ in range(2))
    assert first["type"] == "object"
    assert again is first
