cdef int default_threads() except -1
cdef int enter_team(int wanted) noexcept nogil
cdef void leave_team(int team) noexcept nogil
