"""YAML with the line of every value, read without trust: bounded size, depth and count, no aliases, no floats."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from shared.policy.faults import Fault, PackFaults
from shared.policy.slips import yaml_slip

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_VALUES = 100_000

Place = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?\Z|[-+]?[0-9]+[eE][-+]?[0-9]+\Z")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Source:
    """A file as plain data. `lines` gives the line (from 1) of each place, a place being keys and indexes."""

    file: str
    digest: str
    data: Any
    lines: dict[Place, int] = field(repr=False)

    def line(self, place: Place) -> int:
        """The line of this place, or of the nearest one around it that was written."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, what: str, mend: str) -> Fault:
        return Fault(self.file, self.line(place), what, mend)


def read_source(path: Path) -> Source:
    """Reads one YAML file; raises PackFaults with the position of what is wrong."""
    file = str(path)
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as fault:
        raise PackFaults([Fault(file, 1, f"cannot be read ({fault.strerror})", "check that it exists")]) from None
    if size > MAX_BYTES:
        raise PackFaults([Fault(file, 1, f"{size} bytes, more than {MAX_BYTES}", "split it into several files")])
    return parse_source(raw, file)


def parse_source(raw: bytes, file: str) -> Source:
    """The same from bytes; `file` is the name used in faults."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise PackFaults([Fault(file, line, "not UTF-8", "save the file as UTF-8")]) from None
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        what = f"not YAML: {fault.problem or fault.context or 'cannot be read'}"
        told = min(mark.line + 1, max(1, len(text.splitlines()))) if mark else 1
        line, mend = yaml_slip(text, told, what)
        raise PackFaults([Fault(file, line, what, mend)]) from None
    except yaml.YAMLError as fault:
        what = f"not YAML: {str(fault).splitlines()[0]}"
        raise PackFaults([Fault(file, 1, what, "remove control characters and save as UTF-8")]) from None
    if builder.faults:
        raise PackFaults(builder.faults)
    if not builder.documents:
        raise PackFaults([Fault(file, 1, "the file is empty", "write its content, or delete it")])
    return Source(file, sha256(raw).hexdigest(), builder.documents[0], builder.lines)


@dataclass
class _Level:
    """A list or mapping being filled; `key` is the key whose value comes next."""

    value: list[Any] | dict[str, Any]
    place: Place
    key: str | None = None


class _Builder:
    """Turns parser events into plain data, level by level without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.lines: dict[Place, int] = {}
        self.documents: list[Any] = []
        self._levels: list[_Level] = []
        self._count = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and self.documents:
            self._stop(line, "a second document begins here", "keep one document per file, without '---' inside")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._stop(line, "anchors and aliases (& and *) are not used in packs", "write the value out")
        elif isinstance(event, (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._node(event, line)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._levels.pop()

    def _stop(self, line: int, what: str, mend: str) -> None:
        raise PackFaults([*self.faults, Fault(self.file, line, what, mend)])

    def _node(self, event: Any, line: int) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            self._stop(line, f"more than {MAX_VALUES} values", "split it into several files")
        if event.tag not in (None, "!"):
            self._stop(line, f"the tag {event.tag} is not used in packs", "remove it")
        if self._is_key():
            self._take_key(event, line)
            return
        place = self._place()
        if isinstance(event, yaml.ScalarEvent):
            self._put(place, self._scalar(event, line), line)
            return
        if len(self._levels) >= MAX_DEPTH:
            self._stop(line, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
        value: list[Any] | dict[str, Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(place, value, line)
        self._levels.append(_Level(value, place))

    def _is_key(self) -> bool:
        return bool(self._levels) and isinstance(self._levels[-1].value, dict) and self._levels[-1].key is None

    def _take_key(self, event: Any, line: int) -> None:
        level = self._levels[-1]
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(line, "a key must be a word, not a list or mapping", "write 'key: value'")
        if event.value in level.value:
            mend = "keep one of the two"
            self.faults.append(Fault(self.file, line, f"'{event.value}' stands here twice", mend))
        level.key = str(event.value)
        self.lines.setdefault((*level.place, level.key), line)

    def _place(self) -> Place:
        if not self._levels:
            return ()
        level = self._levels[-1]
        return (*level.place, len(level.value) if isinstance(level.value, list) else str(level.key))

    def _put(self, place: Place, value: Any, line: int) -> None:
        self.lines.setdefault(place, line)
        if not self._levels:
            self.documents.append(value)
            return
        level = self._levels[-1]
        if isinstance(level.value, list):
            level.value.append(value)
        else:
            level.value[str(level.key)] = value
            level.key = None

    def _scalar(self, event: Any, line: int) -> Any:
        text = str(event.value)
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text)
        if _FLOAT.match(text) or _SPECIAL_FLOAT.match(text):
            what = f"{text} without quotes is a binary float, which cannot hold an amount exactly"
            self.faults.append(Fault(self.file, line, what, f"write it in quotes: '{text}'"))
        return text
