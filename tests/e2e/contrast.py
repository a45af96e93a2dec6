"""How readable the words of controls are in each of their states: under the mouse, with the focus, pressed, at work.

axe-core measures a page as it stands, and gives up where a colour lies over another as a picture, which is how the
design system shades what the mouse is over. Here the browser is told to take each control for hovered, focused or
pressed, and the colours are laid over one another by hand.
"""

from __future__ import annotations

from playwright.sync_api import Page

CONTROLS = "a[href], button, summary, label, select, input:not([type=hidden]), textarea"
# At rest axe-core measures them; a button that is at work is marked by `aria-disabled`.
STATES = (("hover",), ("focus", "focus-visible"), ("hover", "active"))
_AT_WORK = """(on) => document.querySelectorAll("[data-busy]").forEach((button) =>
  on ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled"))"""
# WCAG 2.1 SC 1.4.3: 4.5 for text, 3 for large text (24 px, or 18.66 px in bold).
_FAINT = """(controls) => {
  const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const rgba = (text) => { const [r, g, b, a = 1] = numbers(text); return { r, g, b, a }; };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a), a: 1 });
  const shades = (style) => {
    const found = [rgba(style.backgroundColor)];
    const laid = /linear-gradient\\((rgba?\\([^)]*\\)), \\1\\)/.exec(style.backgroundImage);
    if (laid) found.push(rgba(laid[1]));
    return found;
  };
  const light = ({ r, g, b }) => [r, g, b].map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  const found = [];
  for (const control of document.querySelectorAll(controls)) {
    const words = control.matches("input, select, textarea") ? control.value || control.placeholder : control.innerText;
    const style = getComputedStyle(control);
    if (!words?.trim() || !control.getClientRects().length || control.closest(".sr-only, .br-skiplink")) continue;
    if (/^(checkbox|radio|file|range)$/.test(control.type) || style.visibility === "hidden") continue;
    const line = [];
    for (let element = control; element; element = element.parentElement) line.unshift(element);
    let ground = { r: 255, g: 255, b: 255, a: 1 }, opacity = 1;
    for (const element of line) {
      const look = getComputedStyle(element);
      opacity *= Number(look.opacity);
      for (const shade of shades(look)) ground = over({ ...shade, a: shade.a * opacity }, ground);
    }
    const color = control.matches("input, textarea") && !control.value
      ? getComputedStyle(control, "::placeholder").color : style.color;
    const ink = over({ ...rgba(color), a: rgba(color).a * opacity }, ground);
    const [dark, bright] = [light(ink), light(ground)].sort((one, other) => one - other);
    const ratio = (bright + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < least - 0.005) found.push(`${ratio.toFixed(2)} ${words.trim().slice(0, 40)}`);
  }
  return [...new Set(found)];
}"""


def faint_words(page: Page) -> list[str]:
    """The words of controls that are too faint, each with the state and its contrast; hidden ones are left out."""
    tools = page.context.new_cdp_session(page)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    nodes = tools.send("DOM.querySelectorAll", {"nodeId": root, "selector": CONTROLS})["nodeIds"]
    found: list[str] = []
    for state in STATES:
        for node in nodes:
            tools.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": list(state)})
        found += [f"{'+'.join(state)}: {words}" for words in page.evaluate(_FAINT, CONTROLS)]
    tools.detach()
    page.evaluate(_AT_WORK, True)
    found += [f"at work: {words}" for words in page.evaluate(_FAINT, "[data-busy]")]
    page.evaluate(_AT_WORK, False)
    return found
