"""/metrics, /healthz and /readyz on a port: answered by the event loop that they tell of.

A port that cannot be had stops nobody: the log says so, and it is tried again until it can.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.metrics.telemetry import Telemetry, keeping_time

_TRIES_AGAIN_S = 30.0
_UNREADY = 503
_WARNING = (
    "METRICS_ADDRESS lets other computers read how the bot is doing, without a password: allow "
    "only your Prometheus in the firewall"
)

_log = structlog.get_logger()


@asynccontextmanager
async def serving(
    telemetry: Telemetry,
    address: str,
    port: int,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[asyncio.Task[int]]:
    """Answer on a port while inside, as soon as it can be had; yield who waits for it.

    The task's result is the port: 0 takes any that is free.
    """
    if not ip_address(address).is_loopback:
        _log.warning(_WARNING, address=address)
    runner = web.AppRunner(_application(telemetry), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    listening = asyncio.create_task(_listen(runner, address, port, sleep))
    try:
        async with keeping_time(telemetry):
            yield listening
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await runner.cleanup()


async def _listen(
    runner: web.AppRunner, address: str, port: int, sleep: Callable[[float], Awaitable[None]]
) -> int:
    told = ""
    while True:
        site = web.TCPSite(runner, address, port)
        try:
            await site.start()
        except OSError as error:
            await site.stop()
            if (words := error.strerror or str(error)) != told:
                _log.error(
                    "METRICS_PORT cannot be used, so the bot goes on without metrics: stop what "
                    "uses it or choose another one; it is tried again every half minute",
                    address=address,
                    port=port,
                    reason=words,
                )
            told = words
            await sleep(_TRIES_AGAIN_S)
        else:
            _log.info("metrics are told", address=address, port=port)
            return int(runner.addresses[0][1])


def _application(telemetry: Telemetry) -> web.Application:
    async def metrics(_: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=await telemetry.text(), headers=headers)

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        faults = await telemetry.faults()
        if faults:
            return web.Response(text="".join(f"{each}\n" for each in faults), status=_UNREADY)
        return web.Response(text="ready\n")

    application = web.Application()
    for path, answer in {"/metrics": metrics, "/healthz": healthz, "/readyz": readyz}.items():
        application.router.add_get(path, answer)
    return application
