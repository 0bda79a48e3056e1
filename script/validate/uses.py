"""Which texts the code asks for: forms, errors, aborts, exceptions, issues, devices, selectors and actions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .code import Code, Strings, Where, called, keyword

# How Home Assistant's own helpers end a flow, where the text is for the integration to bring.
_ABORTS: Final = {
    "_abort_if_unique_id_configured": ("already_configured", "error"),
    "_abort_if_unique_id_mismatch": ("unique_id_mismatch", "reason"),
    "_async_abort_entries_match": ("already_configured", None),
}
_NO_STRINGS: Final[frozenset[str]] = frozenset()
ISSUES: Final = "issues "
"""The head of the kinds of flows that fix issues: each is a kind of its own, with its own texts."""


@dataclass(slots=True)
class Fields:
    """The fields of a form, and those of its sections."""

    names: set[str] = field(default_factory=set)
    sections: dict[str, set[str]] = field(default_factory=dict)
    is_known: bool = True

    def add(self, other: Fields) -> None:
        """Take over the fields of another schema."""
        self.names |= other.names
        for name, fields in other.sections.items():
            self.sections.setdefault(name, set()).update(fields)
        self.is_known = self.is_known and other.is_known


@dataclass(slots=True)
class Step:
    """A step of a flow, from all places that show it."""

    fields: Fields = field(default_factory=Fields)
    menu: set[str] = field(default_factory=set)
    given: frozenset[str] | None = None
    """The placeholders that every place gives."""
    are_known: bool = True
    literal: set[str] = field(default_factory=set)
    """The placeholders that a place gives by name, not by a helper shared with others."""


@dataclass(slots=True)
class Flow:
    """What all flows of a kind (config, options, each way to fix an issue) ask for."""

    steps: dict[str, Step] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)
    aborts: set[str] = field(default_factory=set)
    progress: set[str] = field(default_factory=set)
    vague: set[str] = field(default_factory=set)
    """Of step, error, abort: where some place could not be read."""


@dataclass(frozen=True, slots=True)
class Site:
    """One place that names texts and gives placeholders for them."""

    at: str
    keys: Strings
    given: Strings
    is_fixable: bool | None = None


@dataclass(slots=True)
class Uses:
    """Everything that the code asks for besides entities."""

    flows: dict[str, Flow] = field(default_factory=dict)
    exceptions: list[Site] = field(default_factory=list)
    issues: list[Site] = field(default_factory=list)
    devices: list[Site] = field(default_factory=list)
    selectors: dict[str, set[str] | None] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)
    entity_placeholders: set[str] = field(default_factory=set)


def find_uses(code: Code) -> Uses:
    """Read the whole package."""
    uses = Uses()
    kinds = _flow_classes(code)
    in_module = {where.module.name: kinds[cls] for cls, where in _classes(code) if cls in kinds}
    for node, where in code.nodes:
        kind = kinds.get(where.cls) if where.cls is not None else in_module.get(where.module.name)
        if kind is not None:
            _read_flow(code, node, where, uses.flows.setdefault(kind, Flow()))
        match node:
            case ast.Call():
                _read_call(code, node, where, uses)
            case ast.Dict():
                _read_device(code, node, where, uses)
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
                if name == "_attr_translation_placeholders":
                    uses.entity_placeholders |= code.keys(value, where) or _NO_STRINGS
    return uses


def _classes(code: Code) -> Iterator[tuple[ast.ClassDef, Where]]:
    return ((node, where) for node, where in code.nodes if isinstance(node, ast.ClassDef))


def _flow_classes(code: Code) -> dict[ast.ClassDef, str]:
    """Return which classes, own bases included, belong to which kind of flow."""
    kinds: dict[ast.ClassDef, str] = {}
    bases: dict[ast.ClassDef, set[str]] = {}
    by_name = {cls.name: cls for cls, _ in _classes(code)}
    for cls in by_name.values():
        bases[cls] = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in cls.bases}
        for base in bases[cls] - by_name.keys():
            if base == "ConfigFlow":
                kinds[cls] = "config"
            elif base.startswith("OptionsFlow"):
                kinds[cls] = "options"
            elif base in ("RepairsFlow", "ConfirmRepairFlow"):
                kinds[cls] = f"{ISSUES}{cls.name}"
    for _ in by_name:
        for cls, names in bases.items():
            for base in names & by_name.keys():
                if cls in kinds:
                    kinds.setdefault(by_name[base], kinds[cls])
                elif by_name[base] in kinds:
                    kinds[cls] = kinds[by_name[base]]
    return kinds


# -- Flows


def _read_flow(code: Code, node: ast.AST, where: Where, flow: Flow) -> None:
    match node:
        case ast.Call():
            _read_flow_call(code, node, where, flow)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="errors"))], value=value):
            _add(flow, "error", flow.errors, code.strings(value, where))
        case (
            ast.Assign(targets=[ast.Name(id="errors")], value=value)
            | ast.AnnAssign(target=ast.Name(id="errors"), value=ast.expr() as value)
        ):
            _read_errors(code, value, where, flow)
        case ast.Return(value=ast.expr() as value):
            _read_errors(code, value, where, flow)


def _read_errors(code: Code, value: ast.expr, where: Where, flow: Flow) -> None:
    """Read dictionaries like `{"base": "cannot_connect"}`, alone or in a tuple."""
    for part in value.elts if isinstance(value, ast.Tuple) else [value]:
        if not isinstance(part, ast.Dict):
            continue
        for key, error in zip(part.keys, part.values, strict=True):
            strings = code.strings(error, where)
            if isinstance(key, ast.Constant) and key.value == "base":
                _add(flow, "error", flow.errors, strings)
            elif strings and key is not None and code.strings(key, where):
                flow.errors |= strings


def _add(flow: Flow, what: str, found: set[str], strings: Strings) -> None:
    if strings is None:
        flow.vague.add(what)
    else:
        found |= strings


def _read_flow_call(code: Code, node: ast.Call, where: Where, flow: Flow) -> None:
    match called(node):
        case "async_show_form" | "async_show_menu" | "async_show_progress" | "async_external_step" as what:
            _read_step(code, node, where, flow)
            if (errors := keyword(node, "errors")) is not None and what == "async_show_form":
                _read_errors(code, errors, where, flow)
            if (action := keyword(node, "progress_action")) is not None:
                _add(flow, "progress", flow.progress, code.strings(action, where))
        case "async_abort" | "AbortFlow" if keyword(node, "translation_domain") is None:
            _add(flow, "abort", flow.aborts, code.strings(keyword(node, "reason", 0), where))
        case "async_update_reload_and_abort" | "async_update_and_abort":
            _add(flow, "abort", flow.aborts, code.strings(keyword(node, "reason"), where))
        case name if name in _ABORTS:
            default, argument = _ABORTS[name]
            given = keyword(node, argument) if argument else None
            _add(flow, "abort", flow.aborts, code.strings(given, where) if given else frozenset({default}))


def _read_step(code: Code, node: ast.Call, where: Where, flow: Flow) -> None:
    names = code.strings(keyword(node, "step_id"), where)
    if not names:
        flow.vague.add("step")
        return
    given = keyword(node, "description_placeholders")
    placeholders = code.keys(given, where)
    fields = _fields(code, keyword(node, "data_schema"), where)
    menu = keyword(node, "menu_options")
    for name in names:
        step = flow.steps.setdefault(name, Step())
        step.fields.add(fields)
        if placeholders is None:
            step.are_known = False
        else:
            step.given = placeholders if step.given is None else step.given & placeholders
        if given is not None:
            for part in ast.walk(given):
                if isinstance(part, ast.Dict):
                    step.literal |= code.keys(part, where) or _NO_STRINGS
        if menu is not None and not isinstance(menu, ast.Dict):
            step.menu |= code.members(menu, where) or _NO_STRINGS


def _fields(code: Code, schema: ast.expr | None, where: Where) -> Fields:
    """Return the fields of a schema and of its sections."""
    fields = Fields()
    if schema is None or (isinstance(schema, ast.Constant) and schema.value is None):
        return fields
    for meaning, scope in code.meanings(schema, where) or [(schema, where)]:
        match meaning:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if key is None:
                        fields.add(_fields(code, value, scope))
                    else:
                        _read_field(code, key, value, scope, fields)
            case ast.Call(args=[inner, *_]) if called(meaning) in ("Schema", "add_suggested_values_to_schema"):
                fields.add(_fields(code, inner, scope))
            case ast.Call(func=ast.Attribute(value=base, attr="extend"), args=[inner, *_]):
                fields.add(_fields(code, base, scope))
                fields.add(_fields(code, inner, scope))
            case ast.Constant(value=None):
                pass
            case _:
                fields.is_known = False
    return fields


def _read_field(code: Code, key: ast.expr, value: ast.expr, where: Where, fields: Fields) -> None:
    if isinstance(key, ast.Call) and key.args:
        key = key.args[0]
    names = code.strings(key, where)
    if names is None:
        fields.is_known = False
        return
    if isinstance(value, ast.Call) and called(value) == "section":
        inner = _fields(code, keyword(value, "schema", 0), where)
        fields.is_known = fields.is_known and inner.is_known
        for name in names:
            fields.sections.setdefault(name, set()).update(inner.names)
    else:
        fields.names |= names


# -- Everything else


def _read_call(code: Code, node: ast.Call, where: Where, uses: Uses) -> None:
    name = called(node)
    key = keyword(node, "translation_key")
    given = keyword(node, "translation_placeholders")
    if name == "async_create_issue":
        fixable = keyword(node, "is_fixable")
        is_fixable = bool(fixable.value) if isinstance(fixable, ast.Constant) else None
        uses.issues.append(Site(where.at(node), code.strings(key, where), code.keys(given, where), is_fixable))
    elif key is not None and keyword(node, "translation_domain") is not None:
        uses.exceptions.append(Site(where.at(node), code.strings(key, where), code.keys(given, where)))
    elif key is not None and name in ("DeviceInfo", "async_get_or_create"):
        uses.devices.append(Site(where.at(node), code.strings(key, where), code.keys(given, where)))
    elif key is not None and name.endswith("SelectorConfig"):
        options = keyword(node, "options")
        members = code.members(options, where) if options is not None else None
        for selector in code.strings(key, where) or _NO_STRINGS:
            uses.selectors[selector] = set(members) if members is not None else None
    elif name in ("async_register", "async_register_admin_service", "async_register_platform_entity_service"):
        domain = next((index for index, part in enumerate(node.args) if getattr(part, "id", "") == "DOMAIN"), None)
        is_action = name != "async_register" or "services" in ast.unparse(node.func)
        if is_action and domain is not None:
            uses.actions |= code.strings(keyword(node, "service", domain + 1), where) or _NO_STRINGS


def _read_device(code: Code, node: ast.Dict, where: Where, uses: Uses) -> None:
    """Read the names of a device from a dictionary of arguments."""
    pairs = {
        key.value: value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    if (key := pairs.get("translation_key")) is not None:
        given = code.keys(pairs.get("translation_placeholders"), where)
        uses.devices.append(Site(where.at(node), code.strings(key, where), given))
