"""Chooses the level of row kernels once, at import, and hands its table to the drivers."""

import os
from importlib import import_module

from cpython.pycapsule cimport PyCapsule_GetPointer

from cyresize.engine import cpu

cdef const RowKernels* kernels = NULL
cdef const OpsKernels* ops = NULL
cdef const TensorKernels* tensors = NULL


def built_levels():
    """Levels that were compiled into this installation and that this processor can run, slowest first."""
    from importlib.util import find_spec

    return tuple(name for name in cpu.levels() if find_spec(f"cyresize.engine.rows.{name}") is not None)


def select(wanted=None):
    """Load the row kernels of level ``wanted`` (default: the fastest that runs here) and return its name."""
    global kernels, ops, tensors
    available = built_levels()
    if wanted == "baseline" and len(available) == 1:
        wanted = "plain"          # another processor family: its baseline has no intrinsics
    if wanted and wanted not in available:
        known = ("plain", "baseline", "v3", "v4", "vbmi")
        reason = "not built, or not supported by this processor" if wanted in known else "unknown"
        raise ValueError(f"CYRESIZE_ISA={wanted!r} is {reason}; available here: {', '.join(available)}")
    name = wanted or available[len(available) - 1]
    module = import_module(f"cyresize.engine.rows.{name}")
    kernels = <const RowKernels*> PyCapsule_GetPointer(module.table, "cyresize.RowKernels")
    ops = <const OpsKernels*> PyCapsule_GetPointer(module.ops_table, "cyresize.OpsKernels")
    tensors = <const TensorKernels*> PyCapsule_GetPointer(module.tensor_table, "cyresize.TensorKernels")
    return name


isa = select(os.environ.get("CYRESIZE_ISA", "").strip().lower())
