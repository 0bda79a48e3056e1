"""translations/*.json: well formed, exactly what the code asks for, with the placeholders that it gives."""

from collections.abc import Iterator
import re
from typing import Any, Final

from .code import Code
from .entities import Entity
from .health import health_facts
from .uses import ISSUES, Flow, Site, Step, Uses

_HTML: Final = re.compile(r"</?[a-zA-Z][^>]*>")
_URL: Final = re.compile(r"\bhttps?://|\bwww\.", re.IGNORECASE)
_QUOTED: Final = re.compile(r"'\{\w+\}'")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_KEY: Final = re.compile(r"[a-z0-9_-]+")
# Home Assistant has texts of its own for these.
_CENTRAL_ABORTS: Final = frozenset(
    {"already_in_progress", "reauth_successful", "reconfigure_successful", "single_instance_allowed"}
)
# When a login is refused, Home Assistant itself opens a flow and gives nothing but the name.
_TITLE_PLACEHOLDERS: Final = frozenset({"name"})

type Texts = dict[str, str]
"""The texts by their path, the parts of the path joined by dots."""


def flatten(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Return the leaves of a translation file with their paths."""
    for key, value in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict) and value:
            yield from flatten(value, here)
        else:
            yield here, value


def placeholders(text: str) -> frozenset[str]:
    """Return the placeholders in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def check_form(tree: dict[str, Any]) -> Iterator[str]:
    """Check the texts by themselves, as Home Assistant's own validation does."""
    for path, text in flatten(tree):
        if not all(_KEY.fullmatch(part) for part in path.split(".")):
            yield f"{path}: a key may hold a-z, 0-9, _ and - only"
        if not isinstance(text, str) or not text:
            yield f"{path}: is no text"
            continue
        if text != text.strip():
            yield f"{path}: begins or ends with a blank"
        if _HTML.search(text):
            yield f"{path}: holds HTML"
        if _URL.search(text):
            yield f"{path}: holds an address; give it as a placeholder"
        if _QUOTED.search(text):
            yield f"{path}: a placeholder stands in single quotes"
        if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
            yield f"{path}: a brace that belongs to no placeholder"
    texts = dict(flatten(tree))
    for path in texts:
        if ".data_description." in path and path.replace(".data_description.", ".data.") not in texts:
            yield f"{path}: there is no such field in data"


def check_languages(texts: Texts, other: Texts) -> Iterator[str]:
    """Check that another language has the same texts with the same placeholders."""
    for path in sorted(texts.keys() - other.keys()):
        yield f"{path}: is missing"
    for path in sorted(other.keys() - texts.keys()):
        yield f"{path}: is not in en.json"
    for path in sorted(texts.keys() & other.keys()):
        if placeholders(texts[path]) != placeholders(other[path]):
            yield f"{path}: has other placeholders than in en.json"


class UseCheck:
    """Compares the English texts with what the code asks for."""

    def __init__(
        self, texts: Texts, code: Code, uses: Uses, entities: list[Entity], actions: dict[str, dict[str, Any]]
    ) -> None:
        """Prepare; `actions` is the content of services.yaml."""
        self._texts = texts
        self._code = code
        self._uses = uses
        self._entities = entities
        self._actions = actions
        self._seen: set[str] = {"title"}
        self._faults: list[str] = []

    def run(self) -> list[str]:
        """Return everything that is missing, left over, or not filled in."""
        self._allow("config.flow_title")
        self._filled({"config.flow_title"}, _TITLE_PLACEHOLDERS, "a flow that Home Assistant opens")
        for kind in ("config", "options"):
            self._flow(kind, self._uses.flows.get(kind, Flow()))
        self._sites("exceptions", self._uses.exceptions, "message")
        self._sites("device", self._uses.devices, "name")
        self._issues()
        self._entity_texts()
        self._selectors()
        self._action_texts()
        for fact in health_facts(self._code):
            self._need(f"system_health.info.{fact}")
        self._faults += [f"{path}: is used nowhere" for path in sorted(self._texts.keys() - self._seen)]
        return self._faults

    # -- Helpers

    def _need(self, path: str) -> None:
        self._seen.add(path)
        if path not in self._texts:
            self._faults.append(f"{path}: is missing")

    def _allow(self, *paths: str) -> None:
        self._seen.update(paths)

    def _below(self, head: str) -> set[str]:
        """Return the paths below a path."""
        return {path for path in self._texts if path.startswith(f"{head}.")}

    def _children(self, head: str) -> set[str]:
        """Return the keys directly below a path."""
        return {path.removeprefix(f"{head}.").split(".")[0] for path in self._below(head)}

    def _forgive(self, head: str) -> None:
        """Where some use could not be read: take what the code names at all as used."""
        for key in self._children(head):
            if key in self._code.constants:
                self._allow(f"{head}.{key}", *self._below(f"{head}.{key}"))

    def _filled(self, paths: set[str], given: frozenset[str], where: str) -> None:
        for path in sorted(paths & self._texts.keys()):
            for name in sorted(placeholders(self._texts[path]) - given):
                self._faults.append(f"{path}: {where} does not give {{{name}}}")

    def _all_placeholders(self, paths: set[str]) -> set[str]:
        return {name for path in paths & self._texts.keys() for name in placeholders(self._texts[path])}

    # -- Flows

    def _flow(self, kind: str, flow: Flow) -> None:
        for name, step in sorted(flow.steps.items()):
            self._step(f"{kind}.step.{name}", step)
        given = frozenset[str]().union(*(step.given or () for step in flow.steps.values()))
        for what, keys in (("error", flow.errors), ("abort", flow.aborts), ("progress", flow.progress)):
            for key in sorted(keys):
                self._need(f"{kind}.{what}.{key}")
            if what == "error":
                self._filled(self._below(f"{kind}.error"), given, "no form")
            if what in flow.vague:
                self._forgive(f"{kind}.{what}")
        if "step" in flow.vague:
            self._forgive(f"{kind}.step")
        self._allow(*(f"{kind}.abort.{key}" for key in _CENTRAL_ABORTS), f"{kind}.create_entry.default")

    def _step(self, head: str, step: Step, extra: frozenset[str] = frozenset()) -> None:
        self._need(f"{head}.title")
        self._allow(f"{head}.description", f"{head}.submit")
        self._fields(head, step.fields.names)
        for section, names in sorted(step.fields.sections.items()):
            self._need(f"{head}.sections.{section}.name")
            self._allow(f"{head}.sections.{section}.description")
            self._fields(f"{head}.sections.{section}", names)
        for option in sorted(step.menu):
            self._need(f"{head}.menu_options.{option}")
            self._allow(f"{head}.menu_option_descriptions.{option}")
        if not step.fields.is_known:
            self._allow(*self._below(head))
        if step.are_known:
            paths = self._below(head)
            self._filled(paths, (step.given or frozenset()) | extra, "the form")
            for name in sorted(step.literal - self._all_placeholders(paths)):
                self._faults.append(f"{head}: no text uses {{{name}}}, which the form gives")

    def _fields(self, head: str, names: set[str]) -> None:
        for name in sorted(names):
            self._need(f"{head}.data.{name}")
            self._need(f"{head}.data_description.{name}")

    # -- Exceptions, devices, issues

    def _sites(self, head: str, sites: list[Site], leaf: str) -> None:
        for site in sites:
            if site.keys is None:
                self._forgive(head)
                continue
            paths = {f"{head}.{key}.{leaf}" for key in site.keys}
            for path in sorted(paths - self._seen):
                self._need(path)
            if site.given is not None:
                self._filled(paths, site.given, site.at)
                self._wasted(site, paths, f"{head}.{'/'.join(sorted(site.keys))}")

    def _wasted(self, site: Site, paths: set[str], head: str) -> None:
        for name in sorted((site.given or frozenset()) - self._all_placeholders(paths)):
            self._faults.append(f"{head}: no text uses {{{name}}}, which {site.at} gives")

    def _errors_of_fix(self, head: str, flow: Flow) -> None:
        """Match the errors that a fix can show; those that are looked up in a table cannot be told apart here."""
        if "error" in flow.vague:
            self._forgive(f"{head}.fix_flow.error")
        for error in sorted(flow.errors):
            self._need(f"{head}.fix_flow.error.{error}")

    def _fix(self, head: str, flow: Flow, own: set[str], given: frozenset[str]) -> None:
        """Match the texts of an issue with a flow that shows one of its steps, if it does."""
        if not (common := own & flow.steps.keys()):
            return
        for step in sorted(common):
            self._step(f"{head}.fix_flow.step.{step}", flow.steps[step], given)
        if self._children(f"{head}.fix_flow.error"):
            self._errors_of_fix(head, flow)
        for reason in sorted(flow.aborts):
            self._need(f"{head}.fix_flow.abort.{reason}")

    def _issues(self) -> None:
        flows = [flow for kind, flow in self._uses.flows.items() if kind.startswith(ISSUES)]
        steps: set[str] = set()
        for site in self._uses.issues:
            if site.keys is None:
                self._forgive("issues")
            for key in sorted(site.keys or ()):
                head = f"issues.{key}"
                self._need(f"{head}.title")
                if site.is_fixable is False:
                    self._need(f"{head}.description")
                own = self._children(f"{head}.fix_flow.step") if site.is_fixable is not False else set()
                if site.is_fixable and not own:
                    self._faults.append(f"{head}.fix_flow: is missing")
                for flow in flows:
                    self._fix(head, flow, own, site.given or frozenset())
                steps |= own
                if site.given is not None:
                    self._filled({f"{head}.title", f"{head}.description"}, site.given, site.at)
                    self._wasted(site, self._below(head), head)
        for step in sorted({step for flow in flows for step in flow.steps} - steps):
            self._faults.append(f"issues: no fix_flow has the step {step}")

    # -- Entities, selectors, actions

    def _entity_texts(self) -> None:
        for entity in self._entities:
            head = f"entity.{entity.platform}.{entity.key}"
            if not entity.key:
                self._faults.append(f"entity.{entity.platform}: a description without translation_key")
                continue
            self._need(f"{head}.name")
            self._allow(f"{head}.unit_of_measurement")
            for state in sorted(entity.states):
                self._need(f"{head}.state.{state}")
            for event_type in sorted(entity.event_types):
                self._need(f"{head}.state_attributes.event_type.state.{event_type}")
            if not entity.states:
                self._allow(*self._below(f"{head}.state"))
            for name in self._children(f"{head}.state_attributes") - {"event_type"}:
                if name in self._code.constants:
                    self._allow(*self._below(f"{head}.state_attributes.{name}"))
            self._allow(f"{head}.state_attributes.event_type.name")
            self._filled({f"{head}.name"}, frozenset(self._uses.entity_placeholders), "no entity")

    def _selectors(self) -> None:
        for selector, options in sorted(self._uses.selectors.items()):
            head = f"selector.{selector}.options"
            if options is None:
                self._allow(*self._below(head))
            for option in sorted(options or ()):
                self._need(f"{head}.{option}")

    def _action_texts(self) -> None:
        for name in sorted(self._uses.actions - self._actions.keys()):
            self._faults.append(f"services.{name}: is not in services.yaml")
        for name, action in sorted(self._actions.items()):
            if name not in self._uses.actions and name not in self._code.constants:
                self._faults.append(f"services.{name}: is in services.yaml, but nothing registers it")
            head = f"services.{name}"
            self._need(f"{head}.name")
            self._need(f"{head}.description")
            for field, about in ((action or {}).get("fields") or {}).items():
                self._action_field(head, field, about or {})

    def _action_field(self, head: str, field: str, about: dict[str, Any]) -> None:
        if "fields" in about:
            self._need(f"{head}.sections.{field}.name")
            self._allow(f"{head}.sections.{field}.description")
            for inner, more in about["fields"].items():
                self._action_field(head, inner, more or {})
            return
        self._need(f"{head}.fields.{field}.name")
        self._need(f"{head}.fields.{field}.description")
        self._selector_of(about.get("selector") or {})

    def _selector_of(self, selector: dict[str, Any]) -> None:
        """Match the options of a choice, and the fields of an object with theirs."""
        for kind in ("select", "object"):
            settings = selector.get(kind) or {}
            key = settings.get("translation_key")
            for option in settings.get("options", []) if key else ():
                self._need(f"selector.{key}.options.{option}")
            for field, about in (settings.get("fields") or {}).items():
                if key:
                    self._need(f"selector.{key}.fields.{field}.name")
                    self._allow(f"selector.{key}.fields.{field}.description")
                self._selector_of(about.get("selector") or {})
