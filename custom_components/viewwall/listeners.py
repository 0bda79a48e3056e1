"""Callbacks by key: one event wakes only the entities that it concerns."""

from collections.abc import Callable, Hashable

from homeassistant.core import CALLBACK_TYPE, callback


class KeyedListeners[Key: Hashable, **Arguments]:
    """Callbacks, each registered for one key."""

    def __init__(self) -> None:
        """Start with none."""
        self._callbacks: dict[Key, list[Callable[Arguments, None]]] = {}

    @callback
    def add(self, key: Key, listener: Callable[Arguments, None]) -> CALLBACK_TYPE:
        """Register a callback; the returned function takes it back."""
        self._callbacks.setdefault(key, []).append(listener)

        @callback
        def _remove() -> None:
            self._callbacks[key].remove(listener)
            if not self._callbacks[key]:
                del self._callbacks[key]

        return _remove

    @callback
    def call(self, key: Key, *args: Arguments.args, **kwargs: Arguments.kwargs) -> bool:
        """Call who is registered for a key; tell whether anybody is."""
        listeners = tuple(self._callbacks.get(key, ()))
        for listener in listeners:
            listener(*args, **kwargs)
        return bool(listeners)
