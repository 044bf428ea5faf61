"""Compiles the rivals into a temporary folder, with the flags and directives of the library's own build."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def load(name: str, path: Path) -> ModuleType:
    """The module in a file, source or compiled."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def level_for(isa: str) -> str:
    """The set of rivals that runs where the library runs level ``isa``."""
    if isa in ("plain", "baseline"):
        raise ValueError(f"the rivals need AVX2, but the library runs level {isa!r} here")
    return "vbmi" if isa == "vbmi" else "v3"


def build(level: str, folder: Path) -> ModuleType:
    """Compile the rivals of ``level`` and import them; takes some ten seconds."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    settings = load("cyresize_setup", ROOT / "setup.py")
    name = f"bench.lab.rivals_{level}"
    source = Path(__file__).with_name(f"rivals_{level}.pyx")
    flags = [*settings.COMMON_FLAGS, *settings.LEVELS[level], "-Wno-unused-function"]
    extensions = cythonize(
        [Extension(name, [str(source)], extra_compile_args=flags)],
        build_dir=str(folder),
        include_path=[str(ROOT)],
        compiler_directives=settings.DIRECTIVES,
        quiet=True,
    )
    command = build_ext(Distribution({"ext_modules": extensions}))
    command.build_lib = command.build_temp = str(folder)
    command.ensure_finalized()
    command.run()
    module = load(name, Path(command.get_ext_fullpath(name)))
    sys.modules[name] = module
    return module
