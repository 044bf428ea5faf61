"""How many threads OpenMP would use, with a serial answer where the compiler has no OpenMP."""

import os

cdef extern from *:
    """
    #ifdef _OPENMP
    #include <omp.h>
    #define CYRESIZE_OPENMP _OPENMP
    #else
    #define CYRESIZE_OPENMP 0
    static int omp_get_max_threads(void) { return 1; }
    #endif
    """
    int omp_get_max_threads() nogil
    enum: CYRESIZE_OPENMP

cdef int cores = 1


cdef int default_threads() noexcept nogil:
    # Asked at every call, so limits set at run time (threadpoolctl, omp_set_num_threads) hold.
    cdef int wanted = omp_get_max_threads()
    return wanted if wanted < cores else cores


def openmp_version():
    """The OpenMP standard's date (201511 is 4.5) that this build uses, 0 for a serial build."""
    return CYRESIZE_OPENMP


def max_threads():
    """Threads that a call without ``n_threads`` may use now."""
    return default_threads()


cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
