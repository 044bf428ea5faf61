"""Lane tables: a column plan rewritten for kernels that permute whole vectors.

Output elements (not pixels) are lanes, so one kernel serves every number of channels. Blocks are cut greedily: a
block takes lanes until the next one's taps would leave the window that starts at the block's first tap. Kernels
store whole vectors, so a short block's garbage is overwritten by the next block.
"""

from libc.math cimport rint
from libc.stdlib cimport calloc, free

from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport (
    ABSENT_DOUBLE, ABSENT_FLOAT, DOUBLES, FLOATS, FOURS, NO_LANES, PAIRS, PIXELS, QUADS, RUNS, SHORTS, SINGLES, SPLITS,
    TWINS, WORDS, LaneFormat, Lanes,
)

cdef enum:
    ABSENT = 0x80             # index byte that byte shuffles turn into 0
    LARGEST_TABLE = 1 << 30   # bytes
    FEWEST_LANES = 3          # with fewer lanes per block on average, pixel by pixel is faster


cdef struct Geometry:
    # What a block is made of.
    Py_ssize_t channels, step
    int taps, lanes, lane_bytes, taps_per_group, groups
    Py_ssize_t window
    Py_ssize_t reach          # elements from a lane's first tap to its last in one load of the window


cdef Py_ssize_t lanes_that_fit(AxisPlan plan, const Geometry* g, Py_ssize_t begin, Py_ssize_t n) noexcept nogil:
    """How many lanes from output element ``begin`` on share a window; 0 if not even one fits."""
    cdef const Py_ssize_t* first = plan.first
    cdef Py_ssize_t base = first[begin // g.channels]*g.channels, e, x, at
    for e in range(begin, min(begin + g.lanes, n)):
        x = e // g.channels
        at = first[x]*g.channels + e - x*g.channels - base
        if at < 0 or at + g.reach >= g.window:
            return e - begin
    return min(<Py_ssize_t> g.lanes, n - begin)


cdef Py_ssize_t count_blocks(AxisPlan plan, const Geometry* g, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t blocks = 0, e = 0, fit
    while e < n:
        fit = lanes_that_fit(plan, g, e, n)
        if fit == 0:
            return -1
        e += fit
        blocks += 1
    return blocks


cdef bint worth(
    AxisPlan plan, Geometry* g, Py_ssize_t n, Py_ssize_t* limit, Py_ssize_t value, Py_ssize_t* blocks, double most
) noexcept:
    """Tighten one limit of the geometry if that costs at most ``most`` times as many blocks."""
    cdef Py_ssize_t before = limit[0], now
    limit[0] = value
    now = count_blocks(plan, g, n)
    if now < 0 or now > most*blocks[0]:
        limit[0] = before
        return False
    blocks[0] = now
    return True


cdef int weight_bytes(const LaneFormat* format, int encoding) noexcept nogil:
    # Bytes of weights per block and tap group.
    if encoding == NEAR_FAR or encoding == SECOND:
        return 2*format.lanes
    if (
        encoding == DIGITS2 or encoding == SPLIT_PAIRS or encoding == FLOAT_PAIRS or encoding == INT_PAIRS
        or encoding == SINGLE_DOUBLES
    ):
        return 8*format.lanes
    if encoding == DIGITS3 or encoding == SPLIT_QUADS:
        return 12*format.lanes
    if encoding == NO_WEIGHTS:
        return 0
    return 4*format.lanes


cdef inline void set_digits(unsigned char* to, int lane, int tap, int lanes, int digits, double weight) noexcept nogil:
    # weight = d0 + 256*d1 (+ 65536*d2) with digits in -128..127; planes of one digit each.
    cdef int w = <int> rint(weight), d, low
    for d in range(digits):
        low = ((w + 128) & 255) - 128
        to[(d*lanes + lane)*4 + tap] = <unsigned char> low
        w = (w - low) >> 8


cdef inline void set_split(unsigned char* to, int lane, int tap, int lanes, double weight) noexcept nogil:
    # weight = high*65536 + low; a plane of bytes, then words of the even taps and of the odd ones.
    cdef int w = <int> rint(weight)
    to[4*lane + tap] = <unsigned char> ((w + 32768) >> 16)
    (<short*> (to + 4*lanes))[2*(lane + (tap & 1)*lanes) + (tap >> 1)] = <short> w


cdef inline void set_halves(unsigned char* to, int tap, double weight) noexcept nogil:
    # The same of two taps, all words.
    cdef int w = <int> rint(weight)
    (<short*> to)[tap] = <short> ((w + 32768) >> 16)
    (<short*> to)[2 + tap] = <short> w


cdef inline void set_pair(
    unsigned char* to, int lane, int tap, int lanes, double weight, int encoding
) noexcept nogil:
    # A plane of each tap.
    if encoding == INT_PAIRS:
        (<int*> to)[tap*lanes + lane] = <int> rint(weight)
    else:
        (<float*> to)[tap*lanes + lane] = <float> weight


cdef bint can_be_split(AxisPlan plan) noexcept:
    """Whether two neighbouring weights make products with bytes that stay in 16 bits."""
    cdef Py_ssize_t i
    cdef double high, before
    cdef int k
    for i in range(plan.n_out):
        before = 0
        for k in range(plan.taps):
            high = abs(rint(plan.values[i*plan.taps + k]/65536.0))
            # A rounding that differs from the kernel's makes one of difference.
            if high + before > 126:
                return False
            before = high
    return True


cdef void encode(
    unsigned char* to, const double* w, int taps, int group, int lane, int lanes, int encoding
) noexcept nogil:
    """Weights of one lane's tap group."""
    cdef int k, tap, value, a1
    if encoding == NEAR_FAR:
        # -(weight of the farther sample) * 32: see linear_u8 in the kernels for the identity.
        a1 = <int> rint(w[1])
        (<short*> to)[lane] = <short> (-(a1 if a1 < 1024 else 2048 - a1)*32)
    elif encoding == SECOND:
        (<short*> to)[lane] = <short> rint(w[1])
    elif encoding == DIGITS2 or encoding == DIGITS3 or encoding == ONES:
        for tap in range(4):
            k = 4*group + tap
            if encoding == ONES:
                to[4*lane + tap] = 1 if k < taps else 0
            else:
                set_digits(to, lane, tap, lanes, 2 if encoding == DIGITS2 else 3, w[k] if k < taps else 0.0)
    elif encoding == SPLIT_QUADS:
        for tap in range(4):
            k = 4*group + tap
            set_split(to, lane, tap, lanes, w[k] if k < taps else 0.0)
    elif encoding == WORD_PAIRS or encoding == SPLIT_PAIRS:
        for tap in range(2):
            k = 2*group + tap
            value = <int> rint(w[k]) if k < taps else 0
            if encoding == WORD_PAIRS:
                (<short*> to)[2*lane + tap] = <short> value
            else:
                # value = high*4096 + low, both in int16; planes of one half each.
                (<short*> to)[2*lane + tap] = <short> (((value + 2048) & 4095) - 2048)
                (<short*> to)[2*lanes + 2*lane + tap] = <short> ((value + 2048) >> 12)
    elif encoding == SINGLE_FLOATS:
        (<float*> to)[lane] = <float> w[group]
    elif encoding == SINGLE_DOUBLES:
        (<double*> to)[lane] = w[group]
    elif encoding == FLOAT_PAIRS or encoding == INT_PAIRS:
        for tap in range(2):
            k = 2*group + tap
            set_pair(to, lane, tap, lanes, w[k] if k < taps else 0.0, encoding)
    elif encoding == SINGLE_INTS:
        (<int*> to)[lane] = <int> rint(w[group])


cdef void set_index(
    unsigned char* to, const Geometry* g, const LaneFormat* format, int lane, Py_ssize_t at, const double* w,
    int encoding,
) noexcept nogil:
    """Where in the window the taps of one lane's first group are."""
    cdef bint swap
    cdef int k
    if format.kind == FLOATS and format.lanes == 4:
        for k in range(4):
            to[4*lane + k] = <unsigned char> (4*at + k)
    elif format.kind == FLOATS:
        (<int*> to)[lane] = <int> at
    elif format.kind == DOUBLES and format.lanes == 4:
        # As two floats.
        (<int*> to)[2*lane], (<int*> to)[2*lane + 1] = <int> (2*at), <int> (2*at + 1)
    elif format.kind == DOUBLES:
        (<long long*> to)[lane] = at
    elif format.kind == SHORTS:
        (<short*> to)[lane] = <short> at
    elif format.kind == SINGLES:
        to[lane] = <unsigned char> at
    elif format.kind == PAIRS:
        # NEAR_FAR puts the sample with the larger weight first.
        swap = encoding == NEAR_FAR and w[1] >= 1024
        to[2*lane + swap] = <unsigned char> at
        to[2*lane + 1 - swap] = <unsigned char> (at + g.step)
    elif format.kind == TWINS:
        for k in range(2):
            to[4*lane + 2*k] = <unsigned char> (2*(at + k*g.step))
            to[4*lane + 2*k + 1] = <unsigned char> (2*(at + k*g.step) + 1)
    elif format.kind == WORDS:
        to[4*lane] = <unsigned char> at
        to[4*lane + 1] = ABSENT
        to[4*lane + 2] = <unsigned char> ((at + g.step) & 127)
        to[4*lane + 3] = ABSENT
    elif format.kind == QUADS or format.kind == SPLITS:
        for k in range(4):
            to[4*lane + k] = <unsigned char> ((at + k*g.step) & 127)
    else:
        to[4*lane] = <unsigned char> at
        for k in range(1, 4):
            to[4*lane + k] = ABSENT


cdef inline bint marks_absent(const LaneFormat* format, int encoding) noexcept nogil:
    # Registers of 64 bytes add by masks.
    if encoding == SINGLE_FLOATS:
        return format.kind == FLOATS and format.lanes <= 8
    return encoding == SINGLE_DOUBLES and format.lanes == 4


cdef bint has_marks(AxisPlan plan, int encoding) noexcept:
    """Whether a weight is the number that stands for none."""
    cdef Py_ssize_t i
    cdef float single
    for i in range(plan.n_out*plan.taps):
        single = <float> plan.values[i]
        if encoding == SINGLE_FLOATS and (<unsigned int*> &single)[0] == ABSENT_FLOAT:
            return True
        if encoding == SINGLE_DOUBLES and (<unsigned long long*> (plan.values + i))[0] == ABSENT_DOUBLE:
            return True
    return False


cdef inline void mark_absent(unsigned char* to, int lane, int encoding) noexcept nogil:
    if encoding == SINGLE_FLOATS:
        (<unsigned int*> to)[lane] = ABSENT_FLOAT
    else:
        (<unsigned long long*> to)[lane] = ABSENT_DOUBLE


cdef void fill(
    Lanes* t, AxisPlan plan, const Geometry* g, const LaneFormat* format, int encoding, Py_ssize_t* base,
    Py_ssize_t* out, int* used, unsigned char* index, unsigned char* weights, unsigned short* masks,
) noexcept nogil:
    cdef const Py_ssize_t* first = plan.first
    cdef Py_ssize_t b, e = 0, x, fit, at
    cdef int lane, group, count, size = weight_bytes(format, encoding)
    cdef bint marked = marks_absent(format, encoding)
    for b in range(t.blocks):
        fit = lanes_that_fit(plan, g, e, t.n)
        base[b] = first[e // g.channels]*g.channels
        out[b] = e
        for lane in range(<int> fit):
            x = (e + lane) // g.channels
            at = first[x]*g.channels + e + lane - x*g.channels - base[b]
            count = g.taps if plan.counts == NULL else plan.counts[x]
            used[b] = max(used[b], (count + g.taps_per_group - 1) // g.taps_per_group)
            set_index(index, g, format, lane, at, plan.values + x*plan.taps, encoding)
            for group in range(g.groups):
                if marked and group >= count:
                    mark_absent(weights + group*size, lane, encoding)
                else:
                    encode(weights + group*size, plan.values + x*plan.taps, count, group, lane, g.lanes, encoding)
                if masks != NULL and group < count:
                    masks[b*g.groups + group] |= <unsigned short> (1 << lane)
        index += g.lanes*g.lane_bytes
        weights += g.groups*size
        e += fit


cdef bint is_whole(const Lanes* t, Py_ssize_t b) noexcept:
    cdef Py_ssize_t lanes = (t.out[b + 1] if b + 1 < t.blocks else t.n) - t.out[b]
    cdef int k
    for k in range(t.groups):
        if t.masks[b*t.groups + k] != (1 << lanes) - 1:
            return False
    return True


cdef void find_whole(Lanes* t) noexcept:
    # The first run of blocks that need no masks; for most plans all but the edges.
    t.whole_begin = 0
    while t.whole_begin < t.blocks and not is_whole(t, t.whole_begin):
        t.whole_begin += 1
    t.whole_end = t.whole_begin
    while t.whole_end < t.blocks and is_whole(t, t.whole_end):
        t.whole_end += 1


cdef int taps_per_group(const LaneFormat* format) noexcept:
    if format.kind == QUADS or format.kind == SPLITS:
        return 4
    return 2 if format.kind == PAIRS or format.kind == WORDS or format.kind == TWINS else 1


cdef int lane_bytes(const LaneFormat* format) noexcept:
    if format.kind == DOUBLES:
        return 8
    return 1 if format.kind == SINGLES else 2 if format.kind == PAIRS or format.kind == SHORTS else 4


cdef int as_format_has_it(const LaneFormat* format, int encoding) noexcept:
    # Integer weights come in digits for byte dot products, as words for word products, and as a mixture.
    if format.kind == SPLITS:
        return SPLIT_QUADS
    if format.kind == TWINS or format.kind == FOURS:
        return INT_PAIRS if encoding == SINGLE_INTS else FLOAT_PAIRS
    if format.kind != WORDS:
        return encoding
    return WORD_PAIRS if encoding == DIGITS2 else SPLIT_PAIRS if encoding == DIGITS3 else encoding


cdef void fill_pixels(
    Lanes* t, AxisPlan plan, Py_ssize_t channels, int lanes, int quads, Py_ssize_t* base, unsigned char* weights
) noexcept nogil:
    # No pixel reads beyond the end of the row, unless that is shorter than a pixel's groups.
    cdef Py_ssize_t x, last = max(plan.n_in - 4*quads*t.groups + 2*t.half, 0)
    cdef int k, c, tap, lane
    for x in range(plan.n_out):
        base[x] = min(plan.first[x], last)
        for k in range(plan.taps if plan.counts == NULL else plan.counts[x]):
            tap = k + <int> (plan.first[x] - base[x])
            if t.half and tap//4 == t.groups - 1:
                set_halves(weights + 12*(t.groups - 1), tap % 4, plan.values[x*plan.taps + k])
                continue
            for c in range(lanes//quads):
                lane = (tap//4 % quads)*<int> channels + c
                set_split(weights + 12*lanes*(tap//(4*quads)), lane, tap % 4, lanes, plan.values[x*plan.taps + k])
        base[x] *= channels
        weights += 12*lanes*t.groups
    for x in range(plan.n_out, t.blocks):
        base[x] = base[plan.n_out - 1]


cdef Lanes* new_table(
    const LaneFormat* format, Py_ssize_t blocks, Py_ssize_t n, int groups, Py_ssize_t size
) except NULL:
    """A table of zeros; its ``size`` bytes of arrays begin with ``base``."""
    cdef Lanes* t = <Lanes*> calloc(sizeof(Lanes), 1)
    cdef char* memory = <char*> calloc(size, 1)
    if t == NULL or memory == NULL:
        free(t)
        free(memory)
        raise MemoryError("no memory for a lane table")
    t.kind = format.kind
    t.blocks = blocks
    t.n = n
    t.groups = groups
    t.base = <Py_ssize_t*> memory
    return t


cdef Lanes* new_pixels(AxisPlan plan, Py_ssize_t channels, const LaneFormat* format) except? NULL:
    """The table of PIXELS and RUNS: blocks are output pixels, and some of weight 0 up to a multiple of four."""
    cdef bint shared = format.kind == PIXELS
    cdef int lanes = 1 if shared else format.lanes, quads = 1 if shared else format.lanes//<int> channels
    cdef int groups = (plan.taps + 4*quads - 1)//(4*quads)
    cdef Py_ssize_t blocks = (plan.n_out + 3) & ~<Py_ssize_t> 3
    cdef Lanes* t
    if plan.n_out > LARGEST_TABLE//(12*lanes*groups + <int> sizeof(Py_ssize_t)):
        return NULL
    t = new_table(format, blocks, plan.n_out*channels, groups, blocks*(12*lanes*groups + sizeof(Py_ssize_t)) + 64)
    t.half = shared and 1 <= plan.taps % 4 <= 2
    t.weights = <unsigned char*> (t.base + blocks)
    fill_pixels(t, plan, channels, lanes, quads, <Py_ssize_t*> t.base, <unsigned char*> t.weights)
    return t


cdef Lanes* new_fours(AxisPlan plan, const LaneFormat* format, int encoding) except? NULL:
    """The table of FOURS; no column reads beyond the end of the row."""
    cdef int groups = 1 if plan.taps <= 2 else (plan.taps + 3)//4*2, k, tap, count
    cdef Py_ssize_t blocks = (plan.n_out + 3)//4, last = plan.n_in - 2*groups, x
    cdef Lanes* t
    cdef Py_ssize_t* base
    if last < 0 or plan.n_out > LARGEST_TABLE//(8*groups + <int> sizeof(Py_ssize_t)):
        return NULL
    t = new_table(format, blocks, plan.n_out, groups, 4*blocks*(8*groups + <Py_ssize_t> sizeof(Py_ssize_t)))
    base = <Py_ssize_t*> t.base
    t.weights = <unsigned char*> (base + 4*blocks)
    for x in range(4*blocks):
        base[x] = min(plan.first[min(x, plan.n_out - 1)], last)
    for x in range(plan.n_out):
        count = plan.taps if plan.counts == NULL else plan.counts[x]
        for k in range(count):
            tap = k + <int> (plan.first[x] - base[x])
            set_pair(
                <unsigned char*> t.weights + 32*(x//4*groups + tap//2), <int> (x & 3), tap & 1, 4,
                plan.values[x*plan.taps + k], encoding,
            )
    return t


cdef Lanes* new_lanes(AxisPlan plan, Py_ssize_t channels, const LaneFormat* format, int encoding) except? NULL:
    """The lane table of a folded column plan, or NULL if lanes would not pay or not fit."""
    cdef Geometry g
    cdef Py_ssize_t n, blocks, size, whole
    cdef bint narrow, inside, few, fits, floats = format.kind == FLOATS or format.kind == DOUBLES
    cdef bint two_registers = floats and format.window > format.lanes
    cdef Lanes* t
    if format.kind == NO_LANES or plan.n_out > 0x7fffffff // channels or plan.n_in > 0x7fffffff // channels:
        return NULL
    if format.kind == PIXELS or format.kind == RUNS:
        few = channels == 1 or channels == 2
        fits = few if format.kind == RUNS else channels == 3 or channels == 4
        return new_pixels(plan, channels, format) if fits and can_be_split(plan) else NULL
    if format.kind == FOURS:
        return new_fours(plan, format, as_format_has_it(format, encoding))
    if format.kind == SPLITS and not can_be_split(plan):
        return NULL
    if marks_absent(format, encoding) and plan.counts != NULL and has_marks(plan, encoding):
        return NULL
    encoding = as_format_has_it(format, encoding)
    n = plan.n_out*channels
    g.channels = channels
    g.step = 0 if plan.n_in == 1 else channels
    g.taps = plan.taps
    g.lanes = format.lanes
    g.window = format.window
    g.lane_bytes = lane_bytes(format)
    g.taps_per_group = taps_per_group(format)
    g.groups = (g.taps + g.taps_per_group - 1) // g.taps_per_group
    g.reach = (min(g.taps_per_group, g.taps) - 1)*g.step
    whole = (g.taps - 1)*g.step
    blocks = count_blocks(plan, &g, n)
    if blocks < 0 or n < FEWEST_LANES*blocks and blocks > 1:
        return NULL
    # Windows of a single register are neither halved nor kept in place. Where both cannot be had, a second load and
    # permute of floats cost less than a load per tap; of bytes, more. Eight floats from two registers take two permutes
    # and a blend: more too, unless both passes at once (two taps, or few elements) want all taps in place.
    inside = narrow = False
    if two_registers and (g.lanes*g.lane_bytes == 64 or g.taps == 2 or g.taps*channels <= 4):
        inside = worth(plan, &g, n, &g.reach, whole, &blocks, 1.4)
        narrow = worth(plan, &g, n, &g.window, g.window // 2, &blocks, 1.11)
    elif two_registers:
        narrow = worth(plan, &g, n, &g.window, g.window // 2, &blocks, 1.25)
        inside = worth(plan, &g, n, &g.reach, whole, &blocks, 1.11 if narrow else 1.4)
    elif format.window > 16:
        narrow = worth(plan, &g, n, &g.window, g.window // 2, &blocks, 1.11)
        inside = worth(plan, &g, n, &g.reach, whole, &blocks, 1.11)
    size = blocks*(3*sizeof(Py_ssize_t) + g.lanes*g.lane_bytes + g.groups*(weight_bytes(format, encoding) + 2)) + 256
    t = new_table(format, blocks, n, g.groups, size)
    t.inside = inside
    t.narrow = narrow
    t.out = t.base + blocks
    t.used = <int*> (t.out + blocks)
    t.index = <unsigned char*> (<size_t> (t.used + blocks) + 63 & ~<size_t> 63)
    t.weights = t.index + blocks*g.lanes*g.lane_bytes
    t.masks = <unsigned short*> (t.weights + blocks*g.groups*weight_bytes(format, encoding))
    fill(
        t, plan, &g, format, encoding, <Py_ssize_t*> t.base, <Py_ssize_t*> t.out, <int*> t.used,
        <unsigned char*> t.index, <unsigned char*> t.weights,
        <unsigned short*> t.masks if floats else NULL,
    )
    if floats:
        find_whole(t)
    return t


cdef void free_lanes(Lanes* lanes) noexcept:
    if lanes != NULL:
        free(<void*> lanes.base)
        free(lanes)
