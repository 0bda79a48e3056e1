"""The facts of `system_health.py`, which need names in the translations."""

import ast

from .code import Code

_PART: frozenset[str] = frozenset({"type", "error"})
"""Keys of what Home Assistant makes of a check that has failed."""


def health_facts(code: Code) -> set[str]:
    """Return the keys of the dictionaries that the module builds."""
    found: set[str] = set()
    for node, where in code.nodes:
        if where.module.name != "system_health":
            continue
        match node:
            case ast.Dict(keys=keys):
                found |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(key)))]):
                found.add(key)
    return found - _PART
