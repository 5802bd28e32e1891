"""Uses what a Databricks job was granted, by purpose: nothing stored, nothing shown.

>>> from databricks_secretless import access
>>> hr = access("read-hr-directory")
>>> users = hr.rest("https://graph.microsoft.com").get("/v1.0/users").json()
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._public import *  # noqa: F403


def __getattr__(name: str) -> object:
    """Load the package at its first use (PEP 562): importing it costs what an empty package costs."""
    if name == "__all__" or not name.startswith("_"):
        from . import _public

        if name == "__all__" or name in _public.__all__:
            value: object = getattr(_public, name)
            globals()[name] = value
            return value
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    from . import _public

    return [*_public.__all__]
