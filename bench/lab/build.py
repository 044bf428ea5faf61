"""Compiles the rivals into a temporary folder, with the flags of the library's own levels."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from bench.compiling import compiled, settings


def source_for(isa: str) -> Path:
    """The set of rivals that runs where the library runs level ``isa``."""
    if isa in ("plain", "baseline"):
        raise ValueError(f"the rivals need AVX2, but the library runs level {isa!r} here")
    return Path(__file__).with_name(f"rivals_{'vbmi' if isa == 'vbmi' else 'v3'}.pyx")


def build(isa: str, folder: Path) -> ModuleType:
    """Compile the rivals for level ``isa`` into ``folder`` and import them; takes some ten seconds."""
    setup = settings()
    flags = [*setup.COMMON_FLAGS, *setup.LEVELS[isa], "-Wno-unused-function"]
    return compiled(source_for(isa), folder / isa, flags)
