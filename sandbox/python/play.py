"""Runs a job's file as the driver of a job does: `dbutils` is there, and its folder is the place of the file.

Arguments: the file, then the job's parameters as name=value.
"""

import runpy
import sys
import types

from sandbox_dbutils import dbutils

parameters = dict(argument.partition("=")[::2] for argument in sys.argv[2:])
dbutils.widgets = types.SimpleNamespace(
    text=lambda name, default="", label=None: parameters.setdefault(name, default), get=lambda name: parameters[name]
)
runpy.run_path(sys.argv[1], init_globals={"dbutils": dbutils}, run_name="__main__")
