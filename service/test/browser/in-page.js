// Runs in the page, before the page's own script, because these checks need the page's DOM.

/* global document, getComputedStyle, Node */
globalThis.pageChecks = { focused, isWide, lowContrast };

function focused() {
  const { id, textContent } = document.activeElement;
  return { id, text: textContent };
}

/** Whether the page scrolls horizontally. */
function isWide() {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth;
}

/** Texts whose contrast with the background is below WCAG's 4.5. */
function lowContrast() {
  const texts = [...document.querySelectorAll("body *")].filter(({ childNodes }) =>
    [...childNodes].some(({ nodeType, textContent }) => nodeType === Node.TEXT_NODE && textContent.trim()),
  );
  return texts.flatMap((element) => {
    const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    return ratio < 4.5 ? [`${ratio.toFixed(1)} ${element.outerHTML.slice(0, 80)}`] : [];
  });
}

function behind(element) {
  if (element === null) return "rgb(255, 255, 255)";
  const color = getComputedStyle(element).backgroundColor;
  return channels(color)[3] === 0 ? behind(element.parentElement) : color;
}

/** WCAG's relative luminance. */
function luminance(color) {
  const [r, g, b] = channels(color)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function channels(color) {
  return (color.match(/[\d.]+/g) ?? []).map(Number);
}
