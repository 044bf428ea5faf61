include "rows.pxi"
include "areas.pxi"
include "avx512.pxi"
include "doubles8.pxi"
include "doubles.pxi"
include "windows.pxi"
include "vbmi.pxi"
include "pixels.pxi"
include "export.pxi"
include "ops.pxi"
include "ops_export.pxi"
include "tensor.pxi"

use_avx512_kernels(&kernels)
use_doubles(&kernels)
use_windows(&kernels)
use_vbmi_kernels(&kernels)
