"""One module per family of cells, each with a constant ``FAMILY``."""
