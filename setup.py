"""Build the compiled engine: a table of extensions, a table of instruction levels, two switches.

Switches (environment variables):
  CYRESIZE_DEBUG=1          -O1 -g, assertions on
  CYRESIZE_SANITIZE=LIST    for example address,undefined: passed to -fsanitize=, implies debug
  CYRESIZE_NO_OPENMP=1      build the serial fallback on purpose
"""

import os
import platform
import sys
import tempfile
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ENGINE = "cyresize.engine"

# Modules that are built once, at the baseline. Each is one .pyx beside its .pxd.
MODULES = [
    f"{ENGINE}.cpu",
    f"{ENGINE}.dispatch",
    f"{ENGINE}.parallel",
    f"{ENGINE}.plan",
    f"{ENGINE}.rules",
    f"{ENGINE}.lanes",
    f"{ENGINE}.arrays",
    f"{ENGINE}.remembering",
    f"{ENGINE}.choices",
    f"{ENGINE}.jobs",
    f"{ENGINE}.resample",
    f"{ENGINE}.gather",
    f"{ENGINE}.passes",
    f"{ENGINE}.pool",
    f"{ENGINE}.unpool",
    f"{ENGINE}.shuffle",
    f"{ENGINE}.fold",
    f"{ENGINE}.phases",
    f"{ENGINE}.convolve",
    f"{ENGINE}.fused",
    f"{ENGINE}.upscale",
    "cyresize.opencv",
]

# Row kernels: one common source, one module per instruction level. gcc and clang spell the flags alike.
BASELINE_FLAGS = {"x86_64": ["-march=x86-64-v2"]}
LEVELS = {
    "plain": None,
    "baseline": ["-march=x86-64-v2"],
    "v3": ["-march=x86-64-v3", "-mtune=generic"],
    "v4": ["-march=x86-64-v4", "-mprfchw", "-mtune=generic", "-mprefer-vector-width=512"],
    "vbmi": [
        "-march=x86-64-v4",
        "-mprfchw",
        "-mavx512vbmi",
        "-mavx512vbmi2",
        "-mavx512vnni",
        "-mtune=generic",
        "-mprefer-vector-width=512",
    ],
}

# Row kernels are templates by constant arguments: without this gcc stops inlining them when a module has grown, and the
# constants become branches in the innermost loops.
ALWAYS_INLINE = "-DCYTHON_INLINE=__inline__ __attribute__((__always_inline__, __unused__))"

# An innermost loop that crosses the lines in which instructions are fetched may take a quarter longer; which one does
# would depend on whatever else is in its module.
ALIGNED_LOOPS = "-falign-loops=32"

# No contraction into fused multiply-add: results must not depend on the instruction level. Debug information, which
# Python's own flags ask for, would be nine tenths of what is installed and take half the time to compile.
COMMON_FLAGS = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-g0"]
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": True,
    "freethreading_compatible": True,
}


def machine():
    """The processor family the build is for, in one spelling."""
    name = platform.machine().lower()
    return {"amd64": "x86_64", "x64": "x86_64"}.get(name, name)


def extensions(msvc):
    """All extension modules; instruction levels beyond the baseline exist on x86-64 with gcc or clang only."""
    baseline = [] if msvc else BASELINE_FLAGS.get(machine(), [])
    table = []
    leveled = machine() == "x86_64" and not msvc
    for level, flags in LEVELS.items():
        if flags is None or leveled:
            kernel_flags = [] if msvc else [ALWAYS_INLINE, ALIGNED_LOOPS]
            table.append((f"{ENGINE}.rows.{level}", (baseline if flags is None else flags) + kernel_flags))
    # The short ones last, so that no processor waits long for the others at the end.
    table += [(name, baseline) for name in MODULES]
    return [
        Extension(
            name,
            [name.replace(".", "/") + ".pyx"],
            include_dirs=[numpy.get_include()],
            define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
            extra_compile_args=list(flags),
        )
        for name, flags in table
    ]


class BuildExt(build_ext):
    """Adds the flags that depend on the compiler: optimisation, OpenMP if it works, sanitizers."""

    def finalize_options(self):
        """Use all processors. As a default and not in ``setup``'s options, which an editable install forgets."""
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count() or 1

    def build_extensions(self):
        """Build every extension with its level's flags after the common ones."""
        if self.compiler.compiler_type == "msvc":
            compile_args, link_args = ["/O2", "/fp:precise", "/openmp"], []
        else:
            compile_args, link_args = list(COMMON_FLAGS), []
            sanitize = os.environ.get("CYRESIZE_SANITIZE")
            if sanitize or os.environ.get("CYRESIZE_DEBUG"):
                compile_args += ["-O1", "-g", "-UNDEBUG"]
            if sanitize:
                flag = f"-fsanitize={sanitize}"
                compile_args += [flag, "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
                link_args += [flag]
            openmp = self.openmp_flags()
            compile_args += openmp
            link_args += openmp
        for extension in self.extensions:
            extension.extra_compile_args = compile_args + extension.extra_compile_args
            extension.extra_link_args = link_args + extension.extra_link_args
        super().build_extensions()

    def openmp_flags(self):
        """The flags under which a two-line OpenMP program compiles and links, or none."""
        if os.environ.get("CYRESIZE_NO_OPENMP"):
            return []
        candidates = [["-Xpreprocessor", "-fopenmp", "-lomp"]] if sys.platform == "darwin" else [["-fopenmp"]]
        for flags in candidates:
            with tempfile.TemporaryDirectory() as folder:
                source = Path(folder, "probe.c")
                source.write_text("#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n")
                try:
                    objects = self.compiler.compile([str(source)], output_dir=folder, extra_postargs=flags)
                    self.compiler.link_executable(objects, str(Path(folder, "probe")), extra_postargs=flags)
                except Exception:  # distutils raises a different class per compiler
                    continue
                return flags
        print("warning: no OpenMP found, cyresize will run on one thread", file=sys.stderr)
        return []


def main():
    """Run setuptools with everything above; the rest of the metadata is in pyproject.toml."""
    msvc = sys.platform == "win32"
    setup(
        ext_modules=cythonize(
            extensions(msvc),
            build_dir="build/cython",
            compiler_directives=DIRECTIVES,
            nthreads=0 if sys.platform == "win32" else (os.cpu_count() or 1),
            annotate=bool(os.environ.get("CYRESIZE_ANNOTATE")),
        ),
        cmdclass={"build_ext": BuildExt},
    )


if __name__ == "__main__":
    main()
