"""Work that goes on when its caller is cancelled, such as a script that is stopped."""

import asyncio


async def outlast[T](task: asyncio.Task[T]) -> asyncio.Task[T]:
    """Wait until a task is done without cancelling it together with the caller; return it."""
    task.add_done_callback(_mark_seen)
    await asyncio.wait([task])
    return task


def _mark_seen(task: asyncio.Task[object]) -> None:
    """Keep the event loop from complaining about a failure whose caller went away."""
    if not task.cancelled():
        task.exception()
