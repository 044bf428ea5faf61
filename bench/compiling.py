"""Compiles a Cython module of the benchmarks when it is needed, with the directives of the library's own build."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]


def load(name: str, path: Path) -> ModuleType:
    """The module in a file, source or compiled."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def settings() -> ModuleType:
    """The library's ``setup.py``: its flags, levels and directives."""
    return load("cyresize_setup", ROOT / "setup.py")


def compiled(source: Path, folder: Path, flags: Sequence[str]) -> ModuleType:
    """Compile ``source`` into ``folder`` and import it; takes some seconds."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    linked = [flag for flag in flags if flag == "-fopenmp"]
    name = ".".join(source.relative_to(ROOT).with_suffix("").parts)
    extensions = cythonize(
        [Extension(name, [str(source)], extra_compile_args=list(flags), extra_link_args=linked)],
        build_dir=str(folder),
        include_path=[str(ROOT)],
        compiler_directives=settings().DIRECTIVES,
        quiet=True,
    )
    command = build_ext(Distribution({"ext_modules": extensions}))
    command.build_lib = command.build_temp = str(folder)
    command.ensure_finalized()
    command.run()
    return load(name, Path(command.get_ext_fullpath(name)))
