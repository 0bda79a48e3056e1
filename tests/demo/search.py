"""The demo's devices answer a search of the network, on this machine alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.simulators.search_responder import SearchResponder

from .house import House
from .trouble import Teller


@asynccontextmanager
async def found_in_network(house: House, say: Teller) -> AsyncIterator[None]:
    """Let the devices be found; where that cannot work, say so and go on."""
    responder = SearchResponder(house.devices)
    try:
        await responder.__aenter__()
    except OSError as error:
        say(f"  *Search the network* will find nothing: this machine does not let its programs be asked ({error}).")
        yield
        return
    try:
        yield
    finally:
        await responder.__aexit__(None, None, None)
