cdef int default_threads() except -1
cdef int team_for(int threads, Py_ssize_t rows, double work) noexcept nogil
cdef int next_of(int* counter) noexcept nogil
cdef int enter_team(int wanted) noexcept nogil
cdef void leave_team(int team) noexcept nogil
