"""Everything compiled: plans, drivers, row kernels. Nothing here knows a dialect or raises on user input."""
