include "rows.pxi"
include "export.pxi"
include "ops.pxi"
include "ops_export.pxi"
