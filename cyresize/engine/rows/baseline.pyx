include "rows.pxi"
include "sse.pxi"
include "pairs16.pxi"
include "pillow.pxi"
include "fixed.pxi"
include "floats4.pxi"
include "words.pxi"
include "pixels.pxi"
include "pixel_windows.pxi"
include "areas.pxi"
include "singles.pxi"
include "float_taps.pxi"
include "word_rows.pxi"
include "export.pxi"
include "ops.pxi"
include "ops_export.pxi"
include "tensor.pxi"

use_sse_kernels(&kernels)
use_pair_kernels(&kernels)
use_fixed(&kernels)
use_singles(&kernels)
use_float_taps(&kernels)
use_words(&kernels)
use_word_rows(&kernels)
use_pixel_windows(&kernels)
