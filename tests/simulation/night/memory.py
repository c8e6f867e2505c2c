"""What a running terminal still holds in memory: a walk along references, as a memory dump would be searched."""

from __future__ import annotations

import functools
import gc
import types
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

_DEAD_ENDS = (types.ModuleType, type, types.BuiltinFunctionType, types.CodeType)


def reachable_texts(roots: list[object], stop_at: tuple[type[Any], ...]) -> Iterator[tuple[str, Callable[[], str]]]:
    """Every str that can be reached from objects, and the way to it; not through classes, modules and globals."""
    waiting: deque[object] = deque(roots)
    parents: dict[int, object] = {id(each): None for each in roots}

    def way_to(value: object) -> str:
        steps: list[str] = []
        while value is not None:
            steps.append(type(value).__qualname__)
            value = parents[id(value)]
        return " <- ".join(steps)

    while waiting:
        value = waiting.popleft()
        if isinstance(value, str):
            yield value, functools.partial(way_to, value)
            continue
        if isinstance(value, (*_DEAD_ENDS, *stop_at)):
            continue
        for each in _parts(value):
            if id(each) not in parents and not isinstance(each, int | float | bytes | bytearray | None):
                parents[id(each)] = value
                waiting.append(each)


def _parts(value: object) -> list[object]:
    if isinstance(value, types.FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return [*cells, *(value.__defaults__ or ())]
    if isinstance(value, types.GeneratorType):
        return list(value.gi_frame.f_locals.values()) if value.gi_frame else []
    return gc.get_referents(value)
