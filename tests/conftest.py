"""Fixtures that all tests share."""

from collections.abc import Iterator

import pytest

# Before anything of the test plugin: its own testing configuration would shadow this package.
import custom_components.viewwall  # noqa: F401


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find this integration, but only in tests that have a Home Assistant."""
    if "hass" not in request.fixturenames:
        return
    if "recorder_mock" in request.fixturenames:
        # The recorder wants to be there before Home Assistant is.
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def _loopback(socket_enabled: None) -> Iterator[None]:
    """Allow sockets to 127.0.0.1, where the simulators are."""
    return None
