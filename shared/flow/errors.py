"""Errors as instructions: what the flow does next."""


class Transient(Exception):
    """The world is down (store, log): wait with growing pauses, then the same again. Never dead-lettered."""


class Poison(Exception):
    """This record can never be read: bury it with its bytes untouched. `pointer` names the field.

    The reason is written for ops and echoes nothing of the input.
    """

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(f"{reason} ({pointer})" if pointer else reason)
        self.reason, self.pointer = reason, pointer
