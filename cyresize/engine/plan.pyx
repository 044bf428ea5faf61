"""The plan of one axis: for every output index the first source index and the weights of its taps, in float64.

Everything a mode, a coordinate rule, a border rule or a dialect means is settled in a plan (see rules.pyx); what
executes it does not know them. A plan does not change after its rule has filled it, so it can be shared and cached.
"""

from libc.math cimport fabs, rint
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memmove

cdef enum:
    MILD = 128                # times as large as its samples can a sum be at most

cdef Py_ssize_t LARGEST = <Py_ssize_t> (((<size_t> -1) >> 1) >> 4)


cdef AxisPlan new_plan(Py_ssize_t n_in, Py_ssize_t n_out, Py_ssize_t taps):
    cdef AxisPlan plan = AxisPlan.__new__(AxisPlan)
    if n_in < 1 or n_out < 1 or taps < 1 or taps > 0x3fffffff or n_out > LARGEST // taps:
        raise MemoryError(f"a plan from {n_in} to {n_out} samples with {taps} taps is too large")
    plan.n_in = n_in
    plan.n_out = n_out
    plan.taps = <int> taps
    plan.first = <Py_ssize_t*> calloc(n_out, sizeof(Py_ssize_t))
    plan.values = <double*> calloc(n_out*taps, sizeof(double))
    if plan.first == NULL or plan.values == NULL:
        raise MemoryError(f"no memory for a plan from {n_in} to {n_out} samples")
    return plan


cdef class AxisPlan:
    """Output index i reads source indices ``start[i] + k`` with ``weights[i, k]``, k < ``lengths[i]``.

    Attributes
    ----------
    n_in, n_out : int
        Samples along the axis before and after.
    taps : int
        Columns of ``weights``.
    start, lengths, weights : numpy.ndarray
        Copies, for reading and testing.
    """

    def __dealloc__(self):
        free(self.first)
        free(self.counts)
        free(self.values)

    cdef int set_lengths(self) except -1:
        # Used by rules whose outputs differ in taps; until then every output uses all of them.
        cdef Py_ssize_t i
        self.counts = <int*> malloc(self.n_out*sizeof(int))
        if self.counts == NULL:
            raise MemoryError("no memory for a plan")
        for i in range(self.n_out):
            self.counts[i] = self.taps
        return 0

    cdef int trim(self) except -1:
        """Give every output as many columns of weights as the longest one uses."""
        cdef int taps = 1
        cdef Py_ssize_t i
        for i in range(self.n_out):
            taps = max(taps, self.counts[i])
        # Rows move to the front, one after the other; what is left behind them stays allocated.
        for i in range(self.n_out):
            memmove(self.values + i*taps, self.values + i*self.taps, taps*sizeof(double))
        self.taps = taps
        return 0

    cdef bint short_at_edges(self) noexcept:
        """Whether only the first and the last outputs use fewer taps than others."""
        cdef Py_ssize_t begin = 0, end = self.n_out, i
        if self.counts == NULL:
            return True
        while begin < end and self.counts[begin] < self.taps:
            begin += 1
        while end > begin and self.counts[end - 1] < self.taps:
            end -= 1
        for i in range(begin, end):
            if self.counts[i] < self.taps:
                return False
        return True

    cdef bint mild(self) noexcept:
        """Whether 16-bit samples weighed by this plan and by another such stay within int32; odd kernels do not."""
        cdef double total
        cdef Py_ssize_t i
        cdef int k
        for i in range(self.n_out):
            total = 0.0
            for k in range(self.taps):
                total += fabs(self.values[i*self.taps + k])
            if not total < MILD:
                return False
        return True

    cdef bint leaves(self, double one) noexcept:
        """Whether every output is its own source sample, with the weight ``one``."""
        cdef Py_ssize_t i
        cdef int k
        if self.n_in != self.n_out:
            return False
        for i in range(self.n_out):
            for k in range(self.taps if self.counts == NULL else self.counts[i]):
                if self.values[i*self.taps + k] != (one if self.first[i] + k == i else 0.0):
                    return False
        return True

    cdef int fold(self, bint cut=False) except -1:
        """Fold taps outside the source into the edge sample, so that start >= 0 and start + taps <= n_in.

        With ``cut``, outputs at the edge have fewer taps instead of taps of weight 0 (start + length <= n_in): in
        floats, 0 times a NaN further inside would spread it.
        """
        cdef Py_ssize_t i, j, at, begin
        cdef int k, taps = <int> min(self.taps, self.n_in)
        cdef double* folded = <double*> calloc(self.n_out*taps, sizeof(double))
        if folded == NULL:
            raise MemoryError("no memory for a plan")
        if cut:
            self.set_lengths()
        for i in range(self.n_out):
            begin = min(max(self.first[i], 0), self.n_in - (1 if cut else taps))
            if cut:
                self.counts[i] = <int> (min(max(self.first[i] + self.taps, 1), self.n_in) - begin)
            for k in range(self.taps):
                at = min(max(self.first[i] + k, 0), self.n_in - 1)
                j = min(max(at - begin, 0), taps - 1)
                folded[i*taps + j] += self.values[i*self.taps + k]
            self.first[i] = begin
        free(self.values)
        self.values = folded
        self.taps = taps
        return 0

    cdef AxisPlan evened(self):
        """The plan with all taps everywhere, those that were missing with the weight 0.

        Sums of finite samples stay as they are, but for the sign of a zero.
        """
        cdef AxisPlan plan
        cdef Py_ssize_t i
        cdef int k, missing
        if (self.counts == NULL and not self.from_zero) or self.taps > self.n_in:
            return self
        plan = new_plan(self.n_in, self.n_out, self.taps)
        for i in range(self.n_out):
            plan.first[i] = min(self.first[i], self.n_in - self.taps)
            missing = <int> (self.first[i] - plan.first[i])
            for k in range(self.taps if self.counts == NULL else self.counts[i]):
                plan.values[i*self.taps + missing + k] = self.values[i*self.taps + k]
        return plan

    cdef void* quantise(self, int kind) except NULL:
        """Weights in the type that a kernel reads, [n_out][taps], in memory that the caller frees."""
        cdef size_t n = <size_t> self.n_out*self.taps, i
        cdef size_t size = 2 if kind == INT16 else 8 if kind == FLOAT64 else 4
        cdef void* out = malloc(n*size)
        if out == NULL:
            raise MemoryError("no memory for the weights of a plan")
        if kind == INT16:
            for i in range(n):
                (<short*> out)[i] = <short> rint(self.values[i])
        elif kind == INT32:
            for i in range(n):
                (<int*> out)[i] = <int> rint(self.values[i])
        elif kind == FLOAT32:
            for i in range(n):
                (<float*> out)[i] = <float> self.values[i]
        else:
            memcpy(out, self.values, n*size)
        return out

    def region(self, Py_ssize_t begin, Py_ssize_t end):
        """The plan of outputs ``begin:end`` over just the source samples they need.

        Returns ``(low, high, plan)``: ``plan`` maps ``source[low:high]`` to those outputs with the same numbers.
        """
        cdef Py_ssize_t i, low, high, n
        cdef AxisPlan part
        if not 0 <= begin < end <= self.n_out:
            raise ValueError(f"region {begin}:{end} is not inside 0:{self.n_out}")
        low, high = self.n_in, 0
        for i in range(begin, end):
            n = self.taps if self.counts == NULL else self.counts[i]
            low = min(low, max(min(self.first[i], self.n_in - 1), 0))
            high = max(high, min(max(self.first[i] + n, 1), self.n_in))
        # Columns read whole windows of `taps`, so a region keeps them inside the slice.
        low = max(0, min(low, self.n_in - self.taps))
        high = min(self.n_in, max(high, low + self.taps))
        part = new_plan(high - low, end - begin, self.taps)
        part.from_zero = self.from_zero
        if self.counts != NULL:
            part.set_lengths()
            memcpy(part.counts, self.counts + begin, (end - begin)*sizeof(int))
        memcpy(part.values, self.values + begin*self.taps, (end - begin)*self.taps*sizeof(double))
        for i in range(begin, end):
            part.first[i - begin] = self.first[i] - low
        return low, high, part

    @property
    def start(self):
        import numpy
        return numpy.array([self.first[i] for i in range(self.n_out)], numpy.intp)

    @property
    def lengths(self):
        import numpy
        return numpy.array(
            [self.taps if self.counts == NULL else self.counts[i] for i in range(self.n_out)], numpy.intc
        )

    @property
    def weights(self):
        import numpy
        flat = numpy.array([self.values[i] for i in range(self.n_out*self.taps)], numpy.float64)
        return flat.reshape(self.n_out, self.taps)
