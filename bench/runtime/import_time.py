"""The processor time of the first import of a module, in milliseconds."""

import importlib
import sys
import time

begun = time.process_time_ns()
importlib.import_module(sys.argv[1])
print((time.process_time_ns() - begun) / 1e6)
