include "rows.pxi"
include "sse.pxi"
include "export.pxi"

use_sse_kernels(&kernels)
