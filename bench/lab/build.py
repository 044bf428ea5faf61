"""Compiles the rivals into a temporary folder, with the flags and directives of the library's own build."""

from __future__ import annotations

import importlib.util
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


def source_for(isa: str) -> Path:
    """The set of rivals that runs where the library runs level ``isa``."""
    if isa in ("plain", "baseline"):
        raise ValueError(f"the rivals need AVX2, but the library runs level {isa!r} here")
    return Path(__file__).with_name(f"rivals_{'vbmi' if isa == 'vbmi' else 'v3'}.pyx")


def build(isa: str, folder: Path) -> ModuleType:
    """Compile the rivals for level ``isa`` into ``folder`` and import them; takes some ten seconds."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    settings = load("cyresize_setup", ROOT / "setup.py")
    source = source_for(isa)
    name = f"bench.lab.{source.stem}"
    folder = folder / isa
    flags = [*settings.COMMON_FLAGS, *settings.LEVELS[isa], "-Wno-unused-function"]
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
    return load(name, Path(command.get_ext_fullpath(name)))
