"""How an exercise is paused and stopped: SIGUSR1 or the key p pauses and goes on, Ctrl-C or q aborts."""

import contextlib
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from types import FrameType


class Wishes:
    """What whoever leads the exercise asked for."""

    def __init__(self) -> None:
        self.pause = threading.Event()
        self.abort = threading.Event()

    def toggle(self) -> None:
        """Pause, or go on."""
        if self.pause.is_set():
            self.pause.clear()
        else:
            self.pause.set()

    def key(self, key: str) -> None:
        """A key was pressed."""
        if key == "p":
            self.toggle()
        elif key == "q":
            self.abort.set()


@contextlib.contextmanager
def listening() -> Iterator[Wishes]:
    """Hear signals and, on a terminal, keys; both are as before afterwards. Signals only where this is the main thread."""
    wishes = Wishes()

    def paused(_number: int, _frame: FrameType | None) -> None:
        wishes.toggle()

    def aborted(_number: int, _frame: FrameType | None) -> None:
        wishes.abort.set()

    signals = {signal.SIGUSR1: paused, signal.SIGINT: aborted, signal.SIGTERM: aborted}
    main = threading.current_thread() is threading.main_thread()
    former = {number: signal.signal(number, handler) for number, handler in signals.items()} if main else {}
    try:
        with _keys(wishes) if main and sys.stdin.isatty() else contextlib.nullcontext():
            yield wishes
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _keys(wishes: Wishes) -> Iterator[None]:
    over = threading.Event()
    descriptor = sys.stdin.fileno()
    former = termios.tcgetattr(descriptor)

    def watch() -> None:
        while not over.is_set():
            if select.select([descriptor], [], [], 0.2)[0]:
                wishes.key(sys.stdin.read(1))

    thread = threading.Thread(target=watch, name="exercise-keys", daemon=True)
    tty.setcbreak(descriptor)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        termios.tcsetattr(descriptor, termios.TCSADRAIN, former)
