"""What the database driver leaves behind."""

import asyncio
import threading


async def driver_threads_end() -> None:
    """Wait for the threads of connections that failed: the driver does not.

    One that outlives its event loop fails whichever test runs then.
    """
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 10)
