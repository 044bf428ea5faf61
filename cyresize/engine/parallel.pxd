cdef int default_threads() noexcept nogil
