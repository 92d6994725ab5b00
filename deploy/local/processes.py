"""One server as a child process: started on a free port, waited for, stopped, killed or frozen by its pid."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1

_taken: set[int] = set()


class NotStarted(Exception):
    """A server ended or did not answer in time; the message holds the tail of its log."""


def free_port() -> int:
    """A port of the loopback nobody listens on, never given twice by this process.

    Below the range outgoing connections are numbered from: a client that keeps calling a killed server on a
    port of that range can end up connected to itself, and then the server cannot come back.
    """
    while True:
        port = random.randint(15_000, 32_000)
        if port in _taken or not port_is_free(port):
            continue
        _taken.add(port)
        return port


def port_is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _dying_with(parent: int) -> Callable[[], None] | None:
    """What the child does before it becomes the server: ask the kernel to be killed when `parent` dies."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def leash() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return leash


class Server:
    """A command run as a child: `answers()` says whether it serves; output is added to `log`.

    On Linux it dies with the thread that started it: start it from the main thread, or from one that lives on.
    `start()` again after `stop()` or `kill()` runs the same command on the same port. As a context manager it
    is started and stopped.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        port: int,
        folder: Path,
        answers: Callable[[], bool],
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.command, self.port = name, list(command), port
        self.folder, self.log = folder, folder / f"{name}.log"
        self._answers, self._env = answers, dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running child; RuntimeError when it was never started."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before it was started; minus the signal when one ended it."""
        return None if self._process is None else self._process.poll()

    def spawn(self) -> None:
        """Starts the process without waiting for it to answer."""
        if self.alive:
            raise RuntimeError(f"{self.name} is already running")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self.command,
                env=os.environ | self._env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_dying_with(os.getpid()),  # noqa: PLW1509 - calls the kernel only, takes no lock
            )

    def wait_ready(self, seconds: float = 60, whole: Callable[[], bool] = lambda: True) -> None:
        """Returns once it answers; NotStarted with the tail of its log when it ends or time runs out.

        `whole`: whether what it needs itself still runs; without that there is nothing to wait for.
        """
        until = time.monotonic() + seconds
        while self.alive and time.monotonic() < until and whole():
            if self._answers():
                return
            time.sleep(0.02)
        ended = "does not answer" if self.alive else f"ended with {self.exit_code}"
        self.kill()
        raise NotStarted(f"{self.name} {ended}; its log {self.log} ends:\n{self.tail()}")

    def start(self, seconds: float = 60) -> Self:
        self.spawn()
        self.wait_ready(seconds)
        return self

    def tail(self, lines: int = 15) -> str:
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def signal(self, number: int) -> None:
        """Sends a signal to the child, if it runs."""
        if self._process is not None:
            self._process.send_signal(number)

    def terminate(self) -> None:
        """Asks it to end (SIGTERM), without waiting; a frozen one is woken so that it can."""
        self.cont()
        self.signal(signal.SIGTERM)

    def stop(self, grace: float = 15) -> int | None:
        """SIGTERM, then SIGKILL after `grace` seconds. The exit code, None when it was never started."""
        self.terminate()
        return self.wait_ended(grace)

    def wait_ended(self, grace: float) -> int | None:
        """Waits for one asked to end, then SIGKILL. A second SIGTERM would cut short what it does to end."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        self.kill()
        return self.exit_code

    def kill(self) -> None:
        """SIGKILL, and waits until it is gone."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop_signal(self) -> None:
        """SIGSTOP: it stands still with its connections open, as a machine that hangs. Waits until it does.

        Its threads stop one after the other: one that still runs may answer for a moment.
        """
        self.signal(signal.SIGSTOP)
        if self._process is not None and hasattr(os, "waitid"):
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def cont(self) -> None:
        """SIGCONT: it goes on from where it stood."""
        self.signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self if self.alive else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def stop_all(servers: Sequence[Server], grace: float = 15) -> None:
    """Asks all to end at once, then waits for each: the whole takes as long as the slowest."""
    for server in servers:
        server.terminate()
    until = time.monotonic() + grace
    for server in servers:
        server.wait_ended(max(0.1, until - time.monotonic()))
