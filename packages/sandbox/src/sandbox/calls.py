"""Ships a callable to a child, with what it uses, and without what tells whose it is."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import cloudpickle

Task = Callable[[Any], Any]


def pickle_task(task: Task, folder: Path) -> bytes:
    """Copy a callable; what modules below `folder` define goes along by value.

    A function loses its names: the code beside which it runs may look at who calls it.
    """
    start = str(folder) + os.sep
    for module in list(sys.modules.values()):
        if str(getattr(module, "__file__", None) or "").startswith(start):
            cloudpickle.register_pickle_by_value(module)
    if isinstance(task, FunctionType):
        code = _without_names(task.__code__)
        copy = FunctionType(code, task.__globals__, "task", task.__defaults__, task.__closure__)
        copy.__kwdefaults__, copy.__module__ = task.__kwdefaults__, "__main__"
        task = copy
    return cloudpickle.dumps(task)


def _without_names(code: CodeType) -> CodeType:
    constants = [
        _without_names(item) if isinstance(item, CodeType) else item for item in code.co_consts
    ]
    names = {"co_filename": "task", "co_name": "task", "co_qualname": "task"}
    return code.replace(co_consts=tuple(constants), co_firstlineno=1, **names)
