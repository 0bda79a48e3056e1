"""Which entities there are: from the tables of descriptions, and from what the code makes besides them."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import importlib
import importlib.util
from itertools import count
from pathlib import Path
import sys
from typing import Any, Final

from homeassistant.const import Platform

from .code import Code, Module, Where, called, keyword

_PLATFORMS: Final = frozenset(platform.value for platform in Platform)
_COMPONENTS: Final = "homeassistant.components."
_copies = count()


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of entity, as far as texts and icons go."""

    platform: str
    key: str
    has_device_class: bool
    states: frozenset[str] = frozenset()
    event_types: frozenset[str] = frozenset()


def find_entities(package: Path, code: Code) -> list[Entity]:
    """Return all kinds of entities, each once; raises what importing the platforms raises."""
    tables = {(entity.platform, entity.key): entity for entity in _from_tables(package, code)}
    made = {(entity.platform, entity.key): entity for entity in _from_code(code)}
    return [entity for _, entity in sorted((made | tables).items())]


def _from_tables(package: Path, code: Code) -> Iterator[Entity]:
    """Import the modules with tables under a name of their own, so that nothing running takes them for the original."""
    alias = f"_{package.name}_validated_{next(_copies)}"
    spec = importlib.util.spec_from_file_location(
        alias, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{package} is no package")
    sys.modules[alias] = module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        for part in code.modules:
            if any(name.endswith("EntityDescription") for name in part.imports) and part.name:
                yield from _described(vars(importlib.import_module(f"{alias}.{part.name}")).values(), part)
    finally:
        for name in [name for name in sys.modules if name == alias or name.startswith(f"{alias}.")]:
            del sys.modules[name]


def _described(values: Iterable[Any], module: Module) -> Iterator[Entity]:
    for value in values:
        if isinstance(value, (tuple, list)):
            yield from _described(value, module)
        elif isinstance(value, dict):
            yield from _described([entry for entry in value.values() if _bases(entry)], module)
        elif bases := _bases(value):
            yield _entity(value, bases, module)


def _bases(value: Any) -> list[type]:
    """Return the classes behind a description; Home Assistant's plain ones are no subclasses of the named class."""
    classes = type(value).__mro__
    return list(classes) if any(cls.__name__ == "EntityDescription" for cls in classes) else []


def _entity(description: Any, bases: list[type], module: Module) -> Entity:
    imported = {name: source for source, name in module.imports.values()}
    sources = [cls.__module__ for cls in bases] + [imported.get(cls.__name__, "") for cls in bases]
    return Entity(
        next(source.removeprefix(_COMPONENTS).split(".")[0] for source in sources if source.startswith(_COMPONENTS)),
        description.translation_key or "",
        description.device_class is not None,
        frozenset(getattr(description, "options", None) or ()),
        frozenset(getattr(description, "event_types", None) or ()),
    )


def _from_code(code: Code) -> Iterator[Entity]:
    """Find single descriptions, and `_attr_translation_key`."""
    for node, where in code.nodes:
        key: ast.expr | None = None
        has_device_class = False
        match node:
            case ast.Call() if called(node).endswith("Description"):
                key = keyword(node, "translation_key")
                has_device_class = keyword(node, "device_class") is not None
            case ast.Assign(targets=[ast.Name(id="_attr_translation_key")], value=value):
                key, has_device_class = value, _has_device_class(where)
            case ast.Assign(targets=[ast.Attribute(attr="_attr_translation_key")], value=value):
                key, has_device_class = value, _has_device_class(where)
        platform = _platform(where) if key is not None else None
        if platform is not None:
            for name in code.strings(key, where) or ():
                yield Entity(platform, name, has_device_class)


def _has_device_class(where: Where) -> bool:
    return where.cls is not None and any(
        isinstance(node, ast.Assign)
        and any(getattr(target, "id", getattr(target, "attr", "")) == "_attr_device_class" for target in node.targets)
        for node in ast.walk(where.cls)
    )


def _platform(where: Where) -> str | None:
    """Return the platform of a module: its name, else the only platform whose entities it imports."""
    stem = where.module.path.stem
    imported = {
        source.removeprefix(_COMPONENTS).split(".")[0]
        for source, name in where.module.imports.values()
        if source.startswith(_COMPONENTS) and name.endswith(("Entity", "EntityDescription"))
    } & _PLATFORMS
    return stem if stem in _PLATFORMS else imported.pop() if len(imported) == 1 else None
