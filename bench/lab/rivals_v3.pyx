"""Rivals and jobs for processors with AVX2."""
include "cyresize/engine/rows/rows.pxi"
include "bench/lab/rivals.pxi"
include "bench/lab/jobs.pxi"
