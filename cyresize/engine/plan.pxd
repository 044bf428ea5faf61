cdef class AxisPlan:
    cdef readonly Py_ssize_t n_in, n_out
    cdef readonly int taps
    cdef Py_ssize_t* first    # [n_out] first source index, may lie outside for a row plan: drivers clamp rows
    cdef int* counts          # [n_out] taps in use, or NULL where every output uses all
    cdef bint from_zero       # OpenCV's area starts its sums from 0: seen in the sign of a zero
    cdef double* values       # [n_out][taps]

    cdef int set_lengths(self) except -1
    cdef int trim(self) except -1
    cdef bint short_at_edges(self) noexcept
    cdef bint leaves(self, double one) noexcept
    cdef bint mild(self) noexcept
    cdef int fold(self, bint cut=*) except -1
    cdef AxisPlan evened(self)
    cdef void* quantise(self, int kind) except NULL

cdef enum Quantised:
    INT16, INT32, FLOAT32, FLOAT64

cdef AxisPlan new_plan(Py_ssize_t n_in, Py_ssize_t n_out, Py_ssize_t taps)
