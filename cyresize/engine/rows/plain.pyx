include "rows.pxi"
include "export.pxi"
