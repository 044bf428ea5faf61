include "rows.pxi"
include "sse.pxi"
include "pairs32.pxi"
include "pillow.pxi"
include "fixed.pxi"
include "avx2_floats.pxi"
include "doubles4.pxi"
include "doubles.pxi"
include "floats8.pxi"
include "words.pxi"
include "avx2_blends.pxi"
include "pixels.pxi"
include "areas.pxi"
include "singles.pxi"
include "word_rows.pxi"
include "avx2_pixels.pxi"
include "export.pxi"
include "ops.pxi"
include "ops_export.pxi"
include "tensor.pxi"

use_sse_kernels(&kernels)
use_pair_kernels(&kernels)
use_fixed(&kernels)
use_singles(&kernels)
use_avx2_floats(&kernels)
use_doubles(&kernels)
use_avx2_blends(&kernels)
use_words(&kernels)
use_word_rows(&kernels)
use_avx2_pixels(&kernels)
