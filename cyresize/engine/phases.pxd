from cyresize.engine.fold cimport Work

cdef struct Side:
    # One axis of the small side. A position is a pixel of every phase; `low` to `high` is what taps add to it.
    Py_ssize_t count, low, high

cdef struct Phases:
    Side z, y, x
    Py_ssize_t rows, width            # positions of a whole box
    Py_ssize_t row, plane, channel    # elements of a box with margins
    Py_ssize_t phases, taps
    Py_ssize_t* first                 # [phases + 1] taps before those of each phase
    Py_ssize_t* tap                   # [taps] which of the kernel, phase after phase
    Py_ssize_t* offset                # [taps] elements from a position to what it reads in a box with margins

cdef struct Box:
    # Positions (z, y0 + i, x0 + j), i < rows, j < width.
    Py_ssize_t z, y, x, rows, width

cdef bint plan_phases(const Work* k, Phases* p) noexcept
cdef bint has_margins(const Work* k, const Phases* p) noexcept nogil
cdef void free_phases(Phases* p) noexcept
cdef Py_ssize_t boxes(const Phases* p) noexcept nogil
cdef Box box_at(const Phases* p, Py_ssize_t i) noexcept nogil
cdef void copy_box(const Work* k, const Phases* p, const Box* b, const char* source, Py_ssize_t channels, char* out) \
    noexcept nogil
cdef bint all_finite(
    const char* weight, Py_ssize_t step, Py_ssize_t inputs, Py_ssize_t n, Py_ssize_t size
) noexcept nogil
cdef void pack_phases(
    const Phases* p, const char* weight, Py_ssize_t step, Py_ssize_t inputs, Py_ssize_t outputs, Py_ssize_t size,
    char* out,
) noexcept nogil
cdef void join_phases(
    const Work* k, const Phases* p, const Box* b, Py_ssize_t phase, const char* sums, Py_ssize_t step
) noexcept nogil
