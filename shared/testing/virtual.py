"""An event loop with virtual time and processes that can be killed or frozen: one seed, one run, exactly again."""

import asyncio
import contextvars
import heapq
import inspect
import random
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

PROCESS: contextvars.ContextVar["Process | None"] = contextvars.ContextVar("process", default=None)


Call = tuple[Any, tuple[Any, ...], contextvars.Context]
"""What to call, with what, in which context; a plain tuple, since a run makes thousands and cancels none."""


class Process:
    """What one operating-system process would run: its callbacks in their order, while it lives and is not frozen."""

    __slots__ = ("alive", "frozen", "name", "queue")

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive, self.frozen = True, False
        self.queue: deque[Call] = deque()


class Stuck(RuntimeError):
    """Nothing can happen any more, and what was waited for has not happened."""


class VirtualLoop(asyncio.AbstractEventLoop):
    """Runs whichever process the seed picks next; when none can run, time jumps to the next timer.

    Nothing real can be reached from it: sockets, threads and signals are not implemented.
    """

    def __init__(self, seed: int) -> None:
        self.choice = random.Random(seed)
        self.world = Process("world")
        self.faults: list[dict[str, Any]] = []
        self.steps = 0
        self.idle_s = 20.0
        self._idle: list[asyncio.Future[None]] = []
        self._now = 0.0
        self._count = 0
        self._timers: list[tuple[float, int, asyncio.TimerHandle | None, Call, Process]] = []
        self._runnable: list[Process] = []
        self._frozen: set[Process] = set()

    # What asyncio asks of a loop -----------------------------------------------------------------

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:  # type: ignore[override]
        """Tasks and futures give a context and keep no handle, so none is made for them."""
        if context is None:
            context = contextvars.copy_context()
            handle = asyncio.Handle(callback, args, self, context)
            callback, args = _unless_cancelled, (handle, callback, args)
            self._ready(context.get(PROCESS) or self.world, (callback, args, context))
            return handle
        self._ready(context.get(PROCESS) or self.world, (callback, args, context))

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:  # type: ignore[override]
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:  # type: ignore[override]
        context = contextvars.copy_context() if context is None else context
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        call = (_unless_cancelled, (handle, callback, args), context)
        heapq.heappush(self._timers, (when, self._count, handle, call, context.get(PROCESS) or self.world))
        return handle

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """What nobody awaited and what a callback raised is kept; a task of a killed process is no fault."""
        if "exception" in context:
            self.faults.append(context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its time comes."""

    # Processes -----------------------------------------------------------------------------------

    def spawn(self, process: Process, work: Coroutine[Any, Any, Any], name: str = "") -> asyncio.Task[Any]:
        """Begins work inside a process; what it begins in turn belongs to that process too."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(work, name=name or None, context=context)

    def after(self, delay: float, callback: Callable[..., Any], *args: Any) -> None:
        """Calls back outside of every process: the network, the servers, other people."""
        self._count += 1
        call = (callback, args, _OUTSIDE)
        heapq.heappush(self._timers, (self._now + delay, self._count, None, call, self.world))

    def in_turn(self, process: Process, callback: Callable[..., Any], *args: Any) -> None:
        """Calls back once everything has run that now waits in a process."""
        self._ready(process, (callback, args, _OUTSIDE))

    def kill(self, process: Process) -> None:
        """As SIGKILL: nothing of it runs again, no `finally`, no answer."""
        process.alive = False
        for call in process.queue:
            _never(call)
        process.queue.clear()
        if process in self._runnable:
            self._runnable.remove(process)

    def freeze(self, process: Process) -> None:
        """As SIGSTOP: what comes to it waits."""
        process.frozen = True
        self._frozen.add(process)
        if process in self._runnable:
            self._runnable.remove(process)

    def thaw(self, process: Process) -> None:
        """As SIGCONT."""
        process.frozen = False
        self._frozen.discard(process)
        if process.alive and process.queue and process not in self._runnable:
            self._runnable.append(process)

    def _ready(self, process: Process, call: Call) -> None:
        if not process.alive:
            _never(call)
            return
        queue = process.queue
        if not queue and not process.frozen:
            self._runnable.append(process)
        queue.append(call)

    async def idle(self, until: float) -> None:
        """Until nothing happens for `idle_s` or more, or that time comes."""
        waiting = self.create_future()
        self._idle.append(waiting)
        timer = self.call_at(until, release, waiting)
        await waiting
        timer.cancel()

    # Running -------------------------------------------------------------------------------------

    def run(self, main: Coroutine[Any, Any, Any]) -> Any:
        """Until `main` is done; its result."""
        before = events._get_running_loop()
        events._set_running_loop(self)
        try:
            task = self.create_task(main)
            while not task.done():
                self._step()
            return task.result()
        finally:
            for process in (*self._runnable, *self._frozen):
                for call in process.queue:
                    _never(call)
            events._set_running_loop(before)

    def _step(self) -> None:
        runnable = self._runnable
        if not runnable:
            self._advance()
        at = int(self.choice.random() * len(runnable)) if len(runnable) > 1 else 0
        process = runnable[at]
        callback, args, context = process.queue.popleft()
        if not process.queue:
            runnable[at] = runnable[-1]
            runnable.pop()
        self.steps += 1
        try:
            context.run(callback, *args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as fault:
            self.faults.append({"exception": fault})

    def _advance(self) -> None:
        """To the next timer, and to all of that moment."""
        timers = self._timers
        while not self._runnable:
            if not timers:
                raise Stuck("nothing is left to happen")
            if self._idle and timers[0][0] > self._now + self.idle_s:
                for waiting in self._idle:
                    release(waiting)
                self._idle.clear()
                continue
            when, _, handle, call, process = heapq.heappop(timers)
            self._now = max(self._now, when)
            if handle is None or not handle._cancelled:
                self._ready(process, call)


def release(waiting: "asyncio.Future[None]") -> None:
    """Lets go whoever waits for it; once is enough."""
    if not waiting.done():
        waiting.set_result(None)


def _unless_cancelled(handle: asyncio.Handle, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """It may be cancelled after its time came, while its process has not run yet."""
    if not handle._cancelled:
        callback(*args)


def _never(call: Call) -> None:
    """What a killed process had not begun is closed, or it would complain of never being awaited."""
    task = getattr(call[0], "__self__", None)
    if isinstance(task, asyncio.Task):
        work = task.get_coro()
        if inspect.iscoroutine(work) and inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
            work.close()


_OUTSIDE = contextvars.Context()
