include "rows.pxi"
include "vbmi.pxi"
include "export.pxi"

use_vbmi_kernels(&kernels)
