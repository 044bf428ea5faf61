"""The driver of preprocessing: images of any sizes to one tensor, each output row finished before the next begins.

A row is resampled to floats in scratch that stays in the first cache, normalised and stored where the tensor wants
it; no intermediate image exists. What a fit means is not known here: `place` says where on the canvas a resized image
lies, and plans over regions keep to the part of it that is seen.

Letters: H, W, C source; OH, OW canvas.
"""

from cython.parallel cimport prange, threadid

from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

import numpy as np

from cyresize import checks

from cyresize.engine.arrays cimport Strided, describe, element_of, read, write
from cyresize.engine.cache cimport remember
from cyresize.engine.dispatch cimport kernels, tensors
from cyresize.engine.image cimport Image, aligned, move_row, padded
from cyresize.engine.jobs cimport ANY_ORDER, convert_job
from cyresize.engine.parallel cimport default_threads, enter_team, leave_team, team_for
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.resample cimport Job, Pipeline, Scratch, forget_rows, lay_out, multiplications, output_row
from cyresize.engine.rows.table cimport F16, F32, F64, U8, U16, convert_fn

from cyresize.engine import rules

cdef enum:
    PLACES_KEPT = 256
    CHANNELS = 4

cdef enum Mode:
    NEAREST, LINEAR, CUBIC, AREA, LANCZOS4, LINEAR_EXACT, NEAREST_EXACT

cdef type ndarray = np.ndarray
cdef object empty = np.empty


cdef struct Axis:
    # How one axis of an image lies on the canvas.
    Py_ssize_t length         # of the source
    Py_ssize_t resized        # of the whole resized image
    Py_ssize_t begin, end     # of the canvas that the image covers
    Py_ssize_t cut            # resized samples before the canvas begins


cdef struct Canvas:
    # The tensor as its rows are written; strides in bytes.
    char* data
    Py_ssize_t n, h, w, c
    Py_ssize_t stride_n, stride_h, stride_w, stride_c, itemsize
    convert_fn narrow         # NULL: floats are stored as they are
    bint planes, swap
    float[CHANNELS] gain      # of source channel k
    float[CHANNELS] bias
    char[CHANNELS][8] pad     # of source channel k, as it is stored
    char* pads                # a whole row of padding: of pixels, or one for each source channel
    Py_ssize_t pad_pitch      # bytes from one to the next


cdef struct Frame:
    # One image and its place.
    const Pipeline* pipeline
    Image image               # the part of the source that is seen
    Py_ssize_t top, bottom, left, right
    char* out


cdef struct Band:
    # Rows begin..end of the canvas of one image: a thread's next piece of work.
    Py_ssize_t frame, begin, end


cdef class Place:
    """Where images of one size and type go, and the job that brings them there. Does not change."""
    cdef Job job
    cdef Axis x, y
    cdef Py_ssize_t low_x, high_x, low_y, high_y      # source samples in use


cdef AxisPlan whole_plan(
    int mode, bint antialias, Py_ssize_t n_in, Py_ssize_t n_out, bint same, bint shrink, bint columns
):
    # The rules of resize's floating-point path.
    cdef double scale = 1.0/(<double> n_out/<double> n_in)
    if same or mode == NEAREST:
        return rules.nearest(n_in, n_out, scale)
    if mode == NEAREST_EXACT:
        return rules.nearest_exact(n_in, n_out)
    if antialias:
        return rules.antialiased(
            n_in, n_out, "linear" if mode == LINEAR else "cubic" if mode == CUBIC else "lanczos3"
        )
    if mode == AREA and shrink:
        return rules.opencv_area_shrink(n_in, n_out, scale)
    if mode == AREA:
        return rules.opencv_area_enlarge(n_in, n_out, scale, columns)
    if mode == CUBIC:
        return rules.cubic(n_in, n_out, scale, -0.75)
    if mode == LANCZOS4:
        return rules.lanczos4(n_in, n_out, scale)
    return rules.linear(n_in, n_out, scale)


cdef int lay_axis(Axis* a, Py_ssize_t length, Py_ssize_t resized, Py_ssize_t offset, Py_ssize_t canvas) except -1:
    a.length = length
    a.resized = resized
    a.begin = max(offset, 0)
    a.end = min(offset + resized, canvas)
    a.cut = max(-offset, 0)
    if a.end <= a.begin:
        raise ValueError(f"nothing of {resized} samples at {offset} is seen on a canvas of {canvas}")
    return 0


cdef class Fused:
    """A compiled preprocessing step.

    Parameters
    ----------
    place : callable
        (H, W) to (OH', OW', top, left): the size of the resized image and where its first pixel lies on the canvas;
        negative: that much is cut off.
    size : (int, int)
        (OW, OH) of the canvas in pixels.
    mode, antialias : int, bool
        As in ``resize``.
    swap, planes : bool
        Exchange channels 0 and 2; store channel by channel.
    dtype : str
        float32, float16 or uint8.
    gain, bias, pad : tuple of float
        One per channel of the result, or one for all: result = sample*gain + bias, also of the padding.
    """
    cdef object place
    cdef Py_ssize_t ow, oh
    cdef int mode
    cdef bint antialias, swap, planes
    cdef object dtype
    cdef tuple gain, bias, pad
    cdef dict places
    cdef convert_fn narrow

    def __init__(self, place, size, int mode, bint antialias, bint swap, bint planes, str dtype, gain, bias, pad):
        self.place = place
        self.ow, self.oh = size
        self.mode = mode
        self.antialias = antialias
        self.swap = swap
        self.planes = planes
        self.dtype = np.dtype(dtype)
        self.gain, self.bias, self.pad = gain, bias, pad
        self.places = {}
        self.narrow = kernels.narrow[<int> F16] if dtype == "float16" else kernels.narrow[<int> U8]
        if dtype == "float32":
            self.narrow = NULL

    cdef Place new_place(self, Py_ssize_t h, Py_ssize_t w, Py_ssize_t c, int element):
        cdef Place p = Place.__new__(Place)
        cdef AxisPlan columns, rows
        cdef Py_ssize_t oh, ow, top, left
        oh, ow, top, left = self.place(h, w)
        lay_axis(&p.y, h, oh, top, self.oh)
        lay_axis(&p.x, w, ow, left, self.ow)
        cdef bint same = oh == h and ow == w, shrink = oh <= h and ow <= w
        columns = whole_plan(self.mode, self.antialias, w, ow, same, shrink, True)
        rows = whole_plan(self.mode, self.antialias, h, oh, same, shrink, False)
        p.low_x, p.high_x, columns = columns.region(p.x.cut, p.x.cut + p.x.end - p.x.begin)
        p.low_y, p.high_y, rows = rows.region(p.y.cut, p.y.cut + p.y.end - p.y.begin)
        p.job = convert_job(F32 if element == F64 else element, F32, c, columns, rows, ANY_ORDER)
        if element == F64:
            p.job.pipeline.widen = tensors.single_from_double
        return p

    cdef Place place_of(self, const Image* image, int element):
        cdef tuple key = (image.h, image.w, image.c, element)
        cdef Place p = self.places.get(key)
        if p is None:
            p = self.new_place(image.h, image.w, image.c, element)
            remember(self.places, key, p, PLACES_KEPT)
        return p

    cdef int describe_canvas(self, Canvas* canvas, const Strided* tensor, Py_ssize_t c) except -1:
        # A batch of one may come without the first axis.
        cdef int lead = tensor.ndim - 3
        cdef const Py_ssize_t* strides = tensor.strides + lead
        canvas.data = tensor.data
        canvas.itemsize = tensor.itemsize
        canvas.n = tensor.shape[0] if lead else 1
        canvas.stride_n = tensor.strides[0] if lead else 0
        canvas.h, canvas.w, canvas.c = self.oh, self.ow, c
        canvas.planes = self.planes and c > 1
        canvas.swap = self.swap and c > 1
        canvas.stride_c, canvas.stride_h, canvas.stride_w = strides[0], strides[1], strides[2]
        if not self.planes:
            canvas.stride_h, canvas.stride_w, canvas.stride_c = strides[0], strides[1], strides[2]
        canvas.narrow = self.narrow
        return self.fill_constants(canvas, c)

    cdef int fill_constants(self, Canvas* canvas, Py_ssize_t c) except -1:
        cdef Py_ssize_t k, t
        cdef float pad
        for k in range(c):
            t = 2 - k if canvas.swap and k < 3 else k
            canvas.gain[k] = self.gain[t if len(self.gain) > 1 else 0]
            canvas.bias[k] = self.bias[t if len(self.bias) > 1 else 0]
            pad = self.pad[t if len(self.pad) > 1 else 0]
            pad = pad*canvas.gain[k] + canvas.bias[k]
            if canvas.narrow == NULL:
                memcpy(canvas.pad[k], &pad, sizeof(float))
            else:
                canvas.narrow(&pad, canvas.pad[k], 1)
        return 0

    def run(self, images, out, n_threads):
        """Write the tensor of ``images`` into ``out``, or into a new array, and return it."""
        cdef Batch batch = Batch.__new__(Batch)
        cdef Strided tensor
        cdef Canvas canvas
        cdef int threads
        cdef Py_ssize_t c
        cdef object target
        batch.open(images)
        c = batch.images[0].c
        for constants in (self.gain, self.bias, self.pad):
            if len(<tuple> constants) > 1 and len(<tuple> constants) != c:
                checks.channel_constants(len(<tuple> constants), c)
        threads = default_threads() if n_threads is None else n_threads
        target = empty(self.tensor_shape(batch.n, c), self.dtype) if out is None else self.direct(batch, out, c)
        write(target, &tensor)
        self.describe_canvas(&canvas, &tensor, c)
        self.execute(batch, &canvas, threads)
        if out is None or target is out:
            return target
        out[...] = target
        return out

    cdef tuple tensor_shape(self, Py_ssize_t n, Py_ssize_t c):
        return (n, c, self.oh, self.ow) if self.planes else (n, self.oh, self.ow, c)

    cdef object direct(self, Batch batch, object out, Py_ssize_t c):
        """``out`` if rows can be stored into it as they are, else an array that is to be copied into it."""
        cdef bint fits
        cdef Py_ssize_t itemsize = self.dtype.itemsize
        checks.tensor(out, self.tensor_shape(batch.n, c), self.dtype, batch.arrays)
        cdef tuple strides = out.strides
        cdef Py_ssize_t second = strides[len(strides) - 2], last = strides[len(strides) - 1]
        if self.planes:
            fits = self.ow == 1 or last == itemsize
        else:
            fits = (c == 1 or last == itemsize) and (self.ow == 1 or second == c*itemsize)
        return out if fits and out.flags.aligned else empty(out.shape, self.dtype)

    cdef int execute(self, Batch batch, Canvas* canvas, int threads) except -1:
        cdef Frame* frames = <Frame*> calloc(batch.n, sizeof(Frame))
        cdef Py_ssize_t i, n, size = 0
        cdef Band* bands = NULL
        cdef char* memory = NULL
        cdef char* rows
        cdef Py_ssize_t pads = canvas.w*canvas.c*canvas.itemsize
        cdef double work = 0
        cdef list places = []          # keeps the jobs alive
        try:
            if frames == NULL:
                raise MemoryError(f"no memory for {batch.n} images")
            for i in range(batch.n):
                place = self.place_of(&batch.images[i], batch.elements[i])
                places.append(place)
                size = max(size, frame_of(&frames[i], place, &batch.images[i], canvas, i))
                work += work_of(&frames[i], canvas)
            threads = team_for(threads, batch.n*canvas.h, work)
            n = cut_bands(NULL, batch.n, canvas.h, threads)
            threads = <int> min(<Py_ssize_t> threads, n)
            bands = <Band*> malloc(n*sizeof(Band))
            memory = <char*> malloc(size*threads + 64 + pads)
            if bands == NULL or memory == NULL:
                raise MemoryError(f"no memory for {threads} x {size} bytes of row buffers")
            cut_bands(bands, batch.n, canvas.h, threads)
            with nogil:
                rows = memory + (64 - <size_t> memory % 64)
                lay_pads(canvas, rows + size*threads)
                run_bands(frames, canvas, bands, n, rows, size, threads)
        finally:
            free(frames)
            free(bands)
            free(memory)
        return 0


cdef Py_ssize_t frame_of(Frame* frame, Place place, const Image* image, const Canvas* canvas, Py_ssize_t i) noexcept:
    """Describe an image and its place; returns the bytes of scratch that it needs."""
    cdef Scratch scratch
    cdef Image line
    frame.pipeline = &place.job.pipeline
    frame.image = image[0]
    frame.image.n = 1
    frame.image.data = image.data + place.low_y*image.stride_h + place.low_x*image.stride_w
    frame.image.h = place.high_y - place.low_y
    frame.image.w = place.high_x - place.low_x
    frame.top, frame.bottom = place.y.begin, place.y.end
    frame.left, frame.right = place.x.begin, place.x.end
    frame.out = canvas.data + i*canvas.stride_n
    line_of(frame, NULL, &line)
    return lay_out(frame.pipeline, &frame.image, &line, False, &scratch, NULL) + spare_size(frame)


cdef double work_of(const Frame* frame, const Canvas* canvas) noexcept:
    """Multiplications, and the bytes of the source rows that are read and of what is written."""
    cdef Image line
    cdef Py_ssize_t rows
    line_of(frame, NULL, &line)
    rows = min(frame.image.h, line.h*frame.pipeline.taps)
    return (
        multiplications(frame.pipeline, &frame.image, &line)
        + <double> rows*frame.image.w*frame.image.c*frame.image.itemsize
        + <double> canvas.h*canvas.w*canvas.c*canvas.itemsize
    )


cdef inline Py_ssize_t spare_size(const Frame* frame) noexcept nogil:
    # A finished row of floats, and the same before it is narrowed.
    return (1 + CHANNELS)*padded((frame.right - frame.left)*frame.image.c*sizeof(float))


cdef inline void line_of(const Frame* frame, char* row, Image* line) noexcept nogil:
    # Every row of this "image" is the same row of floats in scratch.
    line.data = row
    line.n = 1
    line.h = frame.bottom - frame.top
    line.w = frame.right - frame.left
    line.c = frame.image.c
    line.itemsize = line.stride_c = sizeof(float)
    line.stride_w = line.c*sizeof(float)
    line.stride_h = line.stride_n = 0


cdef Py_ssize_t cut_bands(Band* bands, Py_ssize_t n, Py_ssize_t h, int threads) noexcept:
    """Work for ``threads``: whole images if there are plenty, else each in a band per thread; returns how many."""
    cdef Py_ssize_t parts = 1 if n >= 4*threads else min(<Py_ssize_t> threads, h), i, k
    if bands != NULL:
        for i in range(n):
            for k in range(parts):
                bands[i*parts + k].frame = i
                bands[i*parts + k].begin = h*k // parts
                bands[i*parts + k].end = h*(k + 1) // parts
    return n*parts


cdef void run_bands(
    const Frame* frames, const Canvas* canvas, const Band* bands, Py_ssize_t n, char* memory, Py_ssize_t size,
    int threads,
) noexcept nogil:
    cdef int team = enter_team(threads)
    cdef Py_ssize_t i
    if team == 1:
        for i in range(n):
            run_band(frames, canvas, &bands[i], memory)
    else:
        for i in prange(n, num_threads=team, schedule="dynamic", chunksize=1):
            run_band(frames, canvas, &bands[i], memory + threadid()*size)
    leave_team(team)


cdef void run_band(const Frame* frames, const Canvas* canvas, const Band* band, char* memory) noexcept nogil:
    cdef const Frame* frame = &frames[band.frame]
    cdef Scratch scratch
    cdef Image line
    cdef Py_ssize_t y, half = spare_size(frame)//(1 + CHANNELS)
    line_of(frame, memory, &line)
    lay_out(frame.pipeline, &frame.image, &line, False, &scratch, memory + spare_size(frame))
    forget_rows(frame.pipeline, &scratch)
    for y in range(band.begin, band.end):
        if y < frame.top or y >= frame.bottom:
            pad_row(frame, canvas, y, 0, canvas.w)
            continue
        output_row(frame.pipeline, &frame.image, &line, &scratch, 0, y - frame.top)
        pad_row(frame, canvas, y, 0, frame.left)
        store_row(frame, canvas, y, <const float*> memory, memory + half, half)
        pad_row(frame, canvas, y, frame.right, canvas.w)


cdef inline Py_ssize_t target_channel(const Canvas* canvas, Py_ssize_t k) noexcept nogil:
    return 2 - k if canvas.swap and k < 3 else k


cdef void store_row(
    const Frame* frame, const Canvas* canvas, Py_ssize_t y, const float* row, char* spare, Py_ssize_t pitch
) noexcept nogil:
    """Normalise a finished row and store it, through ``spare`` if the tensor does not hold floats."""
    cdef char* out = frame.out + y*canvas.stride_h + frame.left*canvas.stride_w
    cdef Py_ssize_t n = frame.right - frame.left, k
    cdef float *planes[CHANNELS]
    if not canvas.planes:
        planes[0] = <float*> (out if canvas.narrow == NULL else spare)
        tensors.pixels(row, planes[0], canvas.gain, canvas.bias, n, canvas.c, canvas.swap)
        if canvas.narrow != NULL:
            canvas.narrow(spare, out, n*canvas.c)
        return
    for k in range(canvas.c):
        planes[k] = <float*> (spare + k*pitch)
        if canvas.narrow == NULL:
            planes[k] = <float*> (out + target_channel(canvas, k)*canvas.stride_c)
    tensors.planes(row, planes, canvas.gain, canvas.bias, n, canvas.c)
    if canvas.narrow != NULL:
        for k in range(canvas.c):
            canvas.narrow(planes[k], out + target_channel(canvas, k)*canvas.stride_c, n)


cdef void lay_pads(Canvas* canvas, char* memory) noexcept nogil:
    """Fill a row of padding, from which all others are copied."""
    cdef Py_ssize_t k, step = canvas.itemsize if canvas.planes else canvas.c*canvas.itemsize
    canvas.pads = memory
    canvas.pad_pitch = canvas.w*step
    for k in range(canvas.c):
        if canvas.planes:
            memory = canvas.pads + k*canvas.pad_pitch
        else:
            memory = canvas.pads + target_channel(canvas, k)*canvas.itemsize
        move_row(memory, step, 0, canvas.pad[k], 0, 0, canvas.w, 1, canvas.itemsize)


cdef void pad_row(
    const Frame* frame, const Canvas* canvas, Py_ssize_t y, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    cdef char* out = frame.out + y*canvas.stride_h + begin*canvas.stride_w
    cdef Py_ssize_t k
    if begin >= end:
        return
    if not canvas.planes:
        memcpy(out, canvas.pads, (end - begin)*canvas.c*canvas.itemsize)
        return
    for k in range(canvas.c):
        memcpy(
            out + target_channel(canvas, k)*canvas.stride_c, canvas.pads + k*canvas.pad_pitch,
            (end - begin)*canvas.itemsize,
        )


cdef class Batch:
    """The images of a call, with their arrays held."""
    cdef Image* images
    cdef int* elements
    cdef Py_ssize_t n
    cdef list arrays

    def __dealloc__(self):
        free(self.images)
        free(self.elements)

    cdef int open(self, object images) except -1:
        """Take one image, a stack or a sequence of images."""
        cdef bint alone = isinstance(images, ndarray)
        cdef Image stack
        cdef Py_ssize_t i
        cdef int element
        self.arrays = [images] if alone else checks.image_list(images)
        if not alone:
            self.reserve(len(self.arrays))
            for i in range(self.n):
                self.elements[i] = self.view(i, False, &self.images[i])
                if self.images[i].c != self.images[0].c:
                    checks.other_channels(i, self.images[i].c, self.images[0].c)
            return 0
        element = self.view(0, True, &stack)
        self.reserve(stack.n)
        for i in range(self.n):
            self.elements[i] = element
            self.images[i] = stack
            self.images[i].data = stack.data + i*stack.stride_n
        return 0

    cdef int reserve(self, Py_ssize_t n) except -1:
        self.n = n
        self.images = <Image*> calloc(n, sizeof(Image))
        self.elements = <int*> calloc(n, sizeof(int))
        if self.images == NULL or self.elements == NULL:
            raise MemoryError(f"no memory for {n} images")
        return 0

    cdef int view(self, Py_ssize_t i, bint alone, Image* image) except -1:
        """Look at array i and return its element type."""
        cdef int element = self.try_view(i, alone, image)
        if element < 0:
            self.arrays[i] = checks.readable_image(self.arrays[i], None if alone else i)
            element = self.try_view(i, alone, image)
        return element

    cdef int try_view(self, Py_ssize_t i, bint alone, Image* image) except? -1:
        # The element type, or -1 if this is not for the drivers as it is.
        cdef object array = self.arrays[i]
        cdef Strided look
        cdef int element
        cdef Py_ssize_t k
        if not isinstance(array, ndarray):
            return -1
        element = element_of(array)
        read(array, &look)
        if element != U8 and element != F32 and element != F16 and element != U16 and element != F64:
            return -1
        if look.ndim < 2 or look.ndim > (4 if alone else 3):
            return -1
        for k in range(look.ndim):
            if look.shape[k] == 0:
                return -1
        describe(&look, image)
        if not aligned(image) or (image.c != 1 and image.c != 3 and image.c != 4):
            return -1
        return element
