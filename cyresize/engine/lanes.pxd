from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport LaneFormat, Lanes

cdef enum Encoding:
    NEAR_FAR, SECOND, DIGITS2, DIGITS3, ONES, WORD_PAIRS, SPLIT_PAIRS, SINGLE_FLOATS, NO_WEIGHTS

# A table of output pixels begin..end in memory that the caller frees, or NULL if this plan does not fit the format.
cdef Lanes* new_lanes(
    AxisPlan plan, Py_ssize_t channels, const LaneFormat* format, int encoding, Py_ssize_t begin, Py_ssize_t end
) except? NULL
# Bytes of such a table per output element, for choosing strips.
cdef Py_ssize_t lane_cost(AxisPlan plan, const LaneFormat* format, int encoding) noexcept
cdef void free_lanes(Lanes* lanes) noexcept
