/**
 * A dashboard of all ViewWall devices, made anew from Home Assistant's registries each time it is opened.
 *
 * Settings > Dashboards > Add dashboard > ViewWall, or in YAML `strategy: {type: custom:viewwall}`, for a whole
 * dashboard or for one view. Names come from Home Assistant, in the user's language; only WORDS are our own.
 */

const DOMAIN = "viewwall";
const HOME = "https://github.com/viewwall-ha/viewwall/blob/main/docs/dashboard.md";
/** More live pictures than this are too much for a telephone; the others are snapshots. */
const MAX_LIVE = 4;
const NOTHING = ["unknown", "unavailable"];
const PRESENT = ["person_present", "car_present", "two_wheeler_present"];
/** Sensors of trouble, and the state that tells of it. */
const TROUBLE = { storage_problem: "on", video_loss: "on", connectivity: "off", event_push: "off" };

const WORDS = {
  en: {
    description: "Your cameras, recorders and video walls: live pictures, plates, events, who is there.",
    empty: "There is no ViewWall device yet. [Add one](/config/integrations/dashboard/add?domain=viewwall).",
  },
  de: {
    description: "Deine Kameras, Rekorder und Videowände: Livebilder, Kennzeichen, Ereignisse, wer da ist.",
    empty: "Es gibt noch kein Gerät von ViewWall. [Eines hinzufügen](/config/integrations/dashboard/add?domain=viewwall).",
  },
  fr: {
    description: "Vos caméras, enregistreurs et murs d’images : vues en direct, plaques, événements, présences.",
    empty: "Il n’y a pas encore d’appareil ViewWall. [En ajouter un](/config/integrations/dashboard/add?domain=viewwall).",
  },
  es: {
    description: "Tus cámaras, grabadores y videowalls: imágenes en directo, matrículas, eventos, quién está.",
    empty: "Todavía no hay ningún dispositivo de ViewWall. [Añadir uno](/config/integrations/dashboard/add?domain=viewwall).",
  },
  nl: {
    description: "Je camera’s, recorders en videowanden: livebeelden, kentekens, gebeurtenissen, wie er in beeld is.",
    empty: "Er is nog geen apparaat van ViewWall. [Toevoegen](/config/integrations/dashboard/add?domain=viewwall).",
  },
};

const words = (hass) => WORDS[(hass?.locale?.language ?? hass?.language ?? "en").split("-")[0]] ?? WORDS.en;

/** Return what is to be seen of a device, by "platform.key"; nothing that is hidden, disabled or not there. */
const collect = (hass) => {
  const devices = new Map();
  for (const entry of Object.values(hass.entities ?? {})) {
    const device = hass.devices?.[entry.device_id];
    if (entry.platform !== DOMAIN || entry.hidden || !device || !hass.states[entry.entity_id]) continue;
    if (!devices.has(device.id)) {
      const name = device.name_by_user || device.name || "";
      devices.set(device.id, { id: device.id, name, isChannel: Boolean(device.via_device_id), entities: {} });
    }
    const key = `${entry.entity_id.split(".")[0]}.${entry.translation_key ?? ""}`;
    (devices.get(device.id).entities[key] ??= []).push(entry.entity_id);
  }
  const language = hass.locale?.language ?? hass.language;
  for (const device of devices.values()) Object.values(device.entities).forEach((ids) => ids.sort());
  return [...devices.values()].sort((a, b) => a.name.localeCompare(b.name, language, { numeric: true }));
};

const first = (device, ...keys) => keys.flatMap((key) => device.entities[key] ?? [])[0];

const heading = (device, icon) => ({
  type: "heading",
  heading: device.name,
  icon,
  tap_action: { action: "navigate", navigation_path: `/config/devices/device/${device.id}` },
});

const tile = (entity, more = {}) => ({ type: "tile", entity, name: { type: "entity" }, ...more });

const picture = (entity, more = {}) => ({
  type: "picture-entity",
  entity,
  show_name: false,
  show_state: false,
  ...more,
});

const seen = (entity) => [{ condition: "state", entity, state_not: NOTHING }];

/** Return the section of a camera or channel: live picture, last plate with its picture, who is there. */
const cameraSection = (device, live) => {
  const cards = [];
  const camera = first(device, "camera.sub", "camera.main");
  if (camera) cards.push(picture(camera, { camera_view: live ? "live" : "auto" }));
  const plate = first(device, "sensor.last_plate");
  if (plate) {
    const image = first(device, "image.plate");
    cards.push(tile(plate, { grid_options: { columns: image ? 6 : 12 }, visibility: seen(plate) }));
    const half = { grid_options: { columns: 6 }, fit_mode: "contain" };
    if (image) cards.push(picture(image, { ...half, visibility: seen(image) }));
  }
  const people = PRESENT.map((key) => first(device, `binary_sensor.${key}`)).filter(Boolean);
  cards.push(...people.map((entity) => tile(entity, { color: "red", grid_options: { columns: 6 } })));
  if (!cards.length) return undefined;
  // A badge tells of a camera that is gone; an empty frame in its place says no more.
  const connection = first(device, "binary_sensor.connectivity");
  const visibility = [
    ...(connection ? [{ condition: "state", entity: connection, state_not: "off" }] : []),
    ...(camera ? [{ condition: "state", entity: camera, state_not: "unavailable" }] : []),
  ];
  return { type: "grid", cards: [heading(device, "mdi:cctv"), ...cards], visibility };
};

/** Return the section of a video wall: what it shows, and how to stop it. */
const wallSection = (device) => {
  const selects = ["select.panel", "select.full_screen"].map((key) => first(device, key)).filter(Boolean);
  const stop = first(device, "button.stop_display");
  const cards = selects.map((entity) => tile(entity, { features: [{ type: "select-options" }] }));
  if (stop) cards.push(tile(stop, { hide_state: true, tap_action: { action: "toggle" } }));
  return cards.length ? { type: "grid", cards: [heading(device, "mdi:monitor-dashboard"), ...cards] } : undefined;
};

/** Return the section of the latest events and plates of all devices. */
const eventSection = (devices, hass) => {
  let events = devices.flatMap((device) => [
    ...(device.entities["event.detection"] ?? []),
    ...(device.entities["event.license_plate"] ?? []),
  ]);
  // The logbook tells at length of those that never had an event, after each restart.
  events = events.filter((entity) => !NOTHING.includes(hass.states[entity].state));
  if (!events.length || !hass.config?.components?.includes("logbook")) return undefined;
  return {
    type: "grid",
    cards: [
      { type: "heading", heading: hass.localize("panel.logbook") || "", icon: "mdi:history" },
      { type: "logbook", target: { entity_id: events }, hours_to_show: 24, grid_options: { columns: 12, rows: 7 } },
    ],
  };
};

const badge = (entity, state, color) => ({
  type: "entity",
  entity,
  color,
  show_name: true,
  show_state: true,
  name: state === "unavailable" ? { type: "device" } : [{ type: "device" }, { type: "entity" }],
  visibility: [{ condition: "state", entity, state }],
});

/** Return badges that are only there while they have something to say: no answer, trouble, who is there. */
const badges = (devices) =>
  devices.flatMap((device) => {
    const rows = [
      ...Object.entries(TROUBLE).map(([key, state]) => [first(device, `binary_sensor.${key}`), state, "red"]),
      ...PRESENT.map((key) => [first(device, `binary_sensor.${key}`), "on", "orange"]),
    ];
    if (!device.isChannel) {
      // One for the device, not one for each of its entities.
      const sensors = Object.keys(TROUBLE).map((key) => `binary_sensor.${key}`);
      const any = first(device, "camera.sub", "camera.main", "select.panel", ...sensors);
      rows.unshift([any, "unavailable", "red"]);
    }
    return rows.filter(([entity]) => entity).map((row) => badge(...row));
  });

const isWall = (device) => Boolean(first(device, "select.panel", "button.stop_display"));

const view = (hass) => {
  const devices = collect(hass);
  const cameras = devices.filter((device) => !isWall(device));
  const live = cameras.filter((device) => first(device, "camera.sub", "camera.main")).length <= MAX_LIVE;
  const [top, ...others] = cameras.map((device) => cameraSection(device, live)).filter(Boolean);
  const walls = devices.filter(isWall).map(wallSection);
  // On a telephone whatever comes late is far below.
  const sections = [top, eventSection(cameras, hass), ...walls, ...others].filter(Boolean);
  if (!sections.length) {
    sections.push({ type: "grid", cards: [{ type: "markdown", content: words(hass).empty }] });
  }
  return { type: "sections", max_columns: 4, badges: badges(devices), sections };
};

class ViewWallViewStrategy extends HTMLElement {
  static async generate(_config, hass) {
    return view(hass);
  }
}

class ViewWallDashboardStrategy extends HTMLElement {
  static async generate(_config, hass) {
    return { title: "ViewWall", views: [{ title: "ViewWall", path: "viewwall", icon: "mdi:cctv", ...view(hass) }] };
  }

  static async getCreateSuggestions() {
    return { title: "ViewWall", icon: "mdi:cctv" };
  }
}

// Home Assistant's own script puts another registry of elements in place of the browser's, before it defines its first
// element; what was defined until then would never be found.
await customElements.whenDefined("home-assistant");

if (!customElements.get("ll-strategy-dashboard-viewwall")) {
  customElements.define("ll-strategy-dashboard-viewwall", ViewWallDashboardStrategy);
  customElements.define("ll-strategy-view-viewwall", ViewWallViewStrategy);
  window.customStrategies = window.customStrategies ?? [];
  window.customStrategies.push({
    type: DOMAIN,
    strategyType: "dashboard",
    name: "ViewWall",
    get description() {
      return words(document.querySelector("home-assistant")?.hass).description;
    },
    documentationURL: HOME,
  });
}
