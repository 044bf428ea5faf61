include "rows.pxi"
include "vbmi.pxi"
include "pixels.pxi"
include "export.pxi"
include "ops.pxi"
include "ops_export.pxi"
include "tensor.pxi"

use_vbmi_kernels(&kernels)
