"""Reads what a resize needs and writes as much as its result, without calculating anything: see memory.py."""

from cython.parallel cimport prange
from libc.string cimport memset

cdef class Touch:
    """Rows ``first[y]`` to ``last[y]`` of the source for each row y of the result; of each the bytes ``places``."""
    cdef const unsigned char[:, ::1] source
    cdef const int[::1] first
    cdef const int[::1] last
    cdef const int[::1] places
    cdef int threads

    def __init__(self, source, first, last, places, int threads):
        self.source, self.first, self.last, self.places, self.threads = source, first, last, places, threads

    cdef unsigned char band(self, unsigned char* out, Py_ssize_t size, int begin, int end) noexcept nogil:
        cdef unsigned char seen = 0
        cdef Py_ssize_t y, top = 0, i
        for y in range(begin, end):
            # What was read for the row before is in the caches.
            top = max(top, self.first[y])
            while top <= self.last[y]:
                for i in range(self.places.shape[0]):
                    seen |= self.source[top, self.places[i]]
                top += 1
            memset(out, 1, size)
            out += size
        return seen

    def __call__(self, unsigned char[:, ::1] out):
        """Returns all bytes that were read, or-ed, so that reading them is not in vain."""
        cdef int height = <int> out.shape[0], threads = min(self.threads, height), t
        cdef Py_ssize_t size = out.shape[1]
        cdef int seen = 0, begin, end
        for t in prange(threads, nogil=True, num_threads=threads, schedule="static", chunksize=1):
            begin = <int> (<long long> height*t // threads)
            end = <int> (<long long> height*(t + 1) // threads)
            seen += self.band(&out[0, 0] + begin*size, size, begin, end)
        return seen
