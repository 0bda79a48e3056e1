"""What an expression in the integration's source can be, as far as that can be told without running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
import importlib
from pathlib import Path
from typing import Final

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Strings = frozenset[str] | None
"""The strings that an expression can be; None if that cannot be told."""

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_MAX_DEPTH: Final = 12


@dataclass(slots=True)
class Module:
    """One source file, with what its names stand for."""

    path: Path
    name: str
    tree: ast.Module
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Local name -> module and name there; modules of the package without the package's own name, after a dot."""


@dataclass(frozen=True, slots=True)
class Where:
    """The scope of an expression."""

    module: Module
    cls: ast.ClassDef | None = None
    function: Function | None = None

    def at(self, node: ast.AST) -> str:
        """Return file and line of a node for a message."""
        return f"{self.module.path.name}:{getattr(node, 'lineno', 0)}"


def union(parts: Iterator[Strings]) -> Strings:
    """Return all strings of all parts; None if one of them is not known."""
    found: set[str] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)


def called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def keyword(node: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """Return an argument of a call by its name, or by its position."""
    for given in node.keywords:
        if given.arg == name:
            return given.value
    if position is not None and position < len(node.args):
        return node.args[position]
    return None


class Code:
    """The integration's source."""

    def __init__(self, package: Path) -> None:
        """Read all modules below `package`; raises SyntaxError."""
        self.package = package
        self.modules = [self._read(path) for path in sorted(package.rglob("*.py"))]
        self._by_name = {module.name: module for module in self.modules}
        self.nodes: list[tuple[ast.AST, Where]] = []
        for module in self.modules:
            self._collect(module.tree, Where(module))
        self.calls = [(node, where) for node, where in self.nodes if isinstance(node, ast.Call)]
        self.constants = {
            node.value for node, _ in self.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        self.functions: dict[str, list[tuple[Function, Where]]] = {}
        for node, where in self.nodes:
            if isinstance(node, _FUNCTIONS):
                self.functions.setdefault(node.name, []).append((node, Where(where.module, where.cls, node)))

    def _read(self, path: Path) -> Module:
        parts = path.relative_to(self.package).with_suffix("").parts
        package = parts[:-1]
        module = Module(
            path, ".".join(package if parts[-1] == "__init__" else parts), ast.parse(path.read_text(), str(path))
        )
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom):
                source = node.module or ""
                if node.level:
                    source = "." + ".".join((*package[: len(package) - node.level + 1], *filter(None, [source])))
                for alias in node.names:
                    module.imports[alias.asname or alias.name] = (source, alias.name)
        for statement in module.tree.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    module.constants[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    module.constants[name] = value
        return module

    def _collect(self, node: ast.AST, where: Where) -> None:
        for child in ast.iter_child_nodes(node):
            self.nodes.append((child, where))
            inner = where
            if isinstance(child, _FUNCTIONS):
                inner = Where(where.module, where.cls, child)
            elif isinstance(child, ast.ClassDef):
                inner = Where(where.module, child)
            self._collect(child, inner)

    # -- What a name stands for

    def meanings(self, node: ast.expr, where: Where, depth: int = 0) -> list[tuple[ast.expr, Where]] | None:
        """Return the expressions that an expression stands for, names and own functions followed; None if unknown."""
        if depth > _MAX_DEPTH:
            return None
        followed: list[tuple[ast.expr, Where]] | None
        match node:
            case ast.Name(id=name):
                followed = self._named(name, where, depth)
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                followed = [(value, where)]
            case ast.IfExp(body=body, orelse=orelse):
                followed = [(body, where), (orelse, where)]
            case ast.BoolOp(op=ast.Or(), values=values):
                followed = [(value, where) for value in values]
            case ast.Call() if (returns := self._returned(node, where)) is not None:
                followed = returns
            case _:
                return [(node, where)]
        if followed is None:
            return None
        found: list[tuple[ast.expr, Where]] = []
        for expression, scope in followed:
            if (inner := self.meanings(expression, scope, depth + 1)) is None:
                return None
            found += inner
        return found

    def _named(self, name: str, where: Where, depth: int) -> list[tuple[ast.expr, Where]] | None:
        if where.function is not None:
            if (bound := self._bound(name, where)) is not None:
                return bound or None
            if name in _parameters(where.function):
                return self._given(name, where, depth)
        if name in where.module.constants:
            return [(where.module.constants[name], Where(where.module))]
        source, original = where.module.imports.get(name, ("", ""))
        if source.startswith("."):
            module = self._by_name.get(source[1:])
            return self._named(original, Where(module), depth + 1) if module and depth < _MAX_DEPTH else None
        if source:
            try:
                value = getattr(importlib.import_module(source), original)
            except ImportError, AttributeError:
                return None
            return [(ast.Constant(str(value)), where)] if isinstance(value, str) else None
        return None

    def _bound(self, name: str, where: Where) -> list[tuple[ast.expr, Where]] | None:
        """Return what a local name is set to; empty if that is beyond us, None if it is no local name."""
        found: list[tuple[ast.expr, Where]] = []
        known, is_local = True, False
        for node in ast.walk(where.function or where.module.tree):
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=target)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
                    | ast.NamedExpr(target=ast.Name(id=target), value=value)
                ) if target == name:
                    is_local = True
                    found.append((value, where))
                case ast.For(target=ast.Name(id=target), iter=ast.Tuple(elts=items) | ast.List(elts=items)) if (
                    target == name
                ):
                    is_local = True
                    found += [(item, where) for item in items]
                case ast.Name(id=target, ctx=ast.Store()) if target == name:
                    is_local = True
        stores = sum(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
            for node in ast.walk(where.function or where.module.tree)
        )
        known = stores <= len(found)
        return (found if known else []) if is_local else None

    def _given(self, name: str, where: Where, depth: int) -> list[tuple[ast.expr, Where]] | None:
        """Return what the callers of a function give for one of its parameters."""
        function = where.function
        if function is None or depth > _MAX_DEPTH:
            return None
        is_method = where.cls is not None and not any(
            isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in function.decorator_list
        )
        callee = where.cls.name if where.cls is not None and function.name == "__init__" else function.name
        positional = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)][is_method:]
        position = positional.index(name) if name in positional else None
        default = _default(function, name)
        found: list[tuple[ast.expr, Where]] = []
        for call, scope in self.calls:
            if called(call) == callee and scope.function is not function:
                given = keyword(call, name, position)
                if given is not None:
                    found.append((given, scope))
                elif default is None:
                    return None
                else:
                    found.append((default, where))
        return found or None

    def _returned(self, call: ast.Call, where: Where) -> list[tuple[ast.expr, Where]] | None:
        """Return what an own function returns; None for a foreign one."""
        match call.func:
            case ast.Name(id=name):
                source = where.module.imports.get(name, (f".{where.module.name}", name))
                candidates = [
                    (function, scope)
                    for function, scope in self.functions.get(source[1], [])
                    if scope.cls is None and f".{scope.module.name}" == source[0]
                ]
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                candidates = [(f, scope) for f, scope in self.functions.get(name, []) if scope.cls is not None]
            case _:
                return None
        if not candidates:
            return None
        return [
            (node.value, scope)
            for function, scope in candidates
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value is not None
        ]

    # -- Strings, members of a collection, keys of a dictionary

    def strings(self, node: ast.expr | None, where: Where, depth: int = 0) -> Strings:
        """Return the strings that an expression can be; a None that it can be adds nothing."""
        if depth > _MAX_DEPTH:
            return None
        match node:
            case None | ast.Constant(value=None):
                return frozenset()
            case ast.Constant(value=str(text)):
                return frozenset({text})
            case ast.IfExp(
                test=ast.Compare(left=left, ops=[ast.In()], comparators=[known]), body=body, orelse=orelse
            ) if ast.dump(left) == ast.dump(body):
                return union(iter((self.members(known, where), self.strings(orelse, where, depth + 1))))
            case ast.Call(func=ast.Attribute(attr="get", value=table), args=[_, *rest]):
                default = rest[0] if rest else None
                return union(iter((self.members(table, where), self.strings(default, where, depth + 1))))
            case ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp() as generator, *rest]):
                default = rest[0] if rest else None
                return union(iter((self._generated(generator, where), self.strings(default, where, depth + 1))))
            case ast.Subscript(value=table):
                return self.members(table, where)
            case ast.Attribute():
                return self._attribute(node, where, depth)
        meanings = self.meanings(node, where, depth)
        if meanings is None or (len(meanings) == 1 and meanings[0][0] is node):
            return None
        return union(self.strings(meaning, scope, depth + 1) for meaning, scope in meanings)

    def _attribute(self, node: ast.Attribute, where: Where, depth: int) -> Strings:
        if node.attr == "value":
            return self.strings(node.value, where, depth + 1)
        owner = node.value.id if isinstance(node.value, ast.Name) else None
        found: list[tuple[ast.expr, Where]] = []
        for other, scope in self.nodes:
            match other:
                case ast.Assign(targets=[target], value=value):
                    pairs = _pairs(target, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    pairs = [(target, value)]
                case _:
                    continue
            for target, value in pairs:
                is_field = scope.cls is not None and scope.function is None and isinstance(target, ast.Name)
                if is_field and isinstance(target, ast.Name) and target.id == node.attr:
                    if owner == getattr(scope.cls, "name", None):
                        return self.strings(value, scope, depth + 1)
                    found.append((value, scope))
                elif isinstance(target, ast.Attribute) and target.attr == node.attr:
                    found.append((value, scope))
        return union(self.strings(value, scope, depth + 1) for value, scope in found) if found else None

    def _generated(self, generator: ast.GeneratorExp, where: Where) -> Strings:
        """Return the strings of `next(key for kind, key in TABLE ...)`."""
        loop = generator.generators[0]
        names = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
        index = [ast.dump(name) for name in names if isinstance(name, ast.Name)]
        wanted = ast.dump(generator.elt).replace("Load()", "Store()")
        rows = self.items(loop.iter, where)
        if rows is None or wanted not in index:
            return None
        if not isinstance(loop.target, ast.Tuple):
            return union(self.strings(row, scope) for row, scope in rows)
        column = index.index(wanted)
        return union(
            self.strings(row.elts[column], scope) if isinstance(row, ast.Tuple) else None for row, scope in rows
        )

    def items(self, node: ast.expr, where: Where) -> list[tuple[ast.expr, Where]] | None:
        """Return the elements of a collection, the values of a dictionary."""
        found: list[tuple[ast.expr, Where]] = []
        for meaning, scope in self.meanings(node, where) or [(node, where)]:
            match meaning:
                case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple" | "list" | "sorted"), args=[inner]):
                    if (inside := self.items(inner, scope)) is None:
                        return None
                    found += inside
                case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
                    found += [(item, scope) for item in items]
                case _:
                    return None
        return found

    def members(self, node: ast.expr, where: Where) -> Strings:
        """Return the strings in a collection, the values of a dictionary."""
        items = self.items(node, where)
        return None if items is None else union(self.strings(item, scope) for item, scope in items)

    def keys(self, node: ast.expr | None, where: Where, depth: int = 0) -> Strings:
        """Return the keys of a dictionary, also of one that is put together with `|`."""
        match node:
            case None:
                return frozenset()
            case ast.Dict(keys=keys, values=values):
                return union(
                    self.keys(value, where, depth + 1) if key is None else self.strings(key, where)
                    for key, value in zip(keys, values, strict=True)
                )
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union(iter((self.keys(left, where, depth + 1), self.keys(right, where, depth + 1))))
        meanings = self.meanings(node, where)
        if meanings is None or depth > _MAX_DEPTH or (len(meanings) == 1 and meanings[0][0] is node):
            return None
        return union(self.keys(meaning, scope, depth + 1) for meaning, scope in meanings)


def _parameters(function: Function) -> set[str]:
    arguments = function.args
    return {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _default(function: Function, name: str) -> ast.expr | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    for argument, default in (
        *zip(with_default, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ):
        if argument.arg == name:
            return default
    return None


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]
