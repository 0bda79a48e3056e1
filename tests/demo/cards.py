"""The cards of the demo's dashboard."""

from typing import Any

type Card = dict[str, Any]


def section(*cards: Card | None, span: int = 1) -> Card:
    """Return a section of the cards that there are."""
    return {"type": "grid", "column_span": span, "cards": [card for card in cards if card is not None]}


def heading(text: str, icon: str) -> Card:
    """Return a heading."""
    return {"type": "heading", "heading": text, "icon": icon}


def picture(entity_id: str | None, *, columns: int = 12, live: bool = False, name: str | None = None) -> Card | None:
    """Return a picture, live or as a snapshot from time to time."""
    if entity_id is None:
        return None
    card: Card = {
        "type": "picture-entity",
        "entity": entity_id,
        "show_state": False,
        "show_name": name is not None,
        "grid_options": {"columns": columns, "rows": "auto"},
    }
    if name is not None:
        card["name"] = name
    if entity_id.startswith("camera."):
        card["camera_view"] = "live" if live else "auto"
    return card


def button(entity_id: str | None, name: str) -> Card | None:
    """Return a button entity to be pressed."""
    if entity_id is None:
        return None
    press = {"action": "perform-action", "perform_action": "button.press", "target": {"entity_id": entity_id}}
    return {
        "type": "tile",
        "entity": entity_id,
        "name": name,
        "hide_state": True,
        "tap_action": press,
        "icon_tap_action": press,
        "grid_options": {"columns": 6},
    }


def tile(
    entity_id: str | None, name: str, icon: str | None = None, *, columns: int = 6, color: str | None = None
) -> Card | None:
    """Return a tile."""
    if entity_id is None:
        return None
    more = {key: value for key, value in (("icon", icon), ("color", color)) if value is not None}
    return {"type": "tile", "entity": entity_id, "name": name, "grid_options": {"columns": columns}} | more


def press(name: str, icon: str, action: dict[str, Any], *, columns: int = 4, rows: int = 2) -> Card:
    """Return a button that performs an action."""
    return {
        "type": "button",
        "name": name,
        "icon": icon,
        "icon_height": "32px",
        "tap_action": {"action": "perform-action"} | action,
        "grid_options": {"columns": columns, "rows": rows},
    }


def page(title: str, path: str, welcome: str, sections: list[Card]) -> Card:
    """Return a view with a text above its sections."""
    return {
        "title": title,
        "path": path,
        "type": "sections",
        "max_columns": 4,
        "dense_section_placement": True,
        "header": {"layout": "start", "card": {"type": "markdown", "text_only": True, "content": welcome}},
        "sections": sections,
    }
